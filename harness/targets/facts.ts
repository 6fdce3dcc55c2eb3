import { blockListsOf } from '../model/block-list-claim.ts';
import type { Claims, OutgoingPolicies, PopBeforeSmtpClaim, Timing } from '../model/target.ts';
import type { ClaimSettings, TimingSettings } from './schema.ts';

/** The claims of a declaration as checks read them. */
export function claimsOf(settings: ClaimSettings): Claims {
  return {
    publicMx: settings['public-mx'],
    submissionRequiresTls: settings['submission-requires-tls'],
    mxRequiresTls: settings['mx-requires-tls'],
    proxyLogins: settings['proxy-logins'],
    tlsRequiredDestinations: settings['tls-required-destinations'],
    removesReceived: settings['removes-received'],
    internalSubmission: settings['internal-submission'],
    dnsbl: blockListsOf(settings.dnsbl),
    op25b: settings.op25b,
    clientRecords: settings['client-records'],
    outgoingPolicies: outgoingPoliciesOf(settings['outgoing-policies']),
    publishedPolicies: settings['published-policies'],
    popBeforeSmtp: popBeforeSmtpOf(settings['pop-before-smtp']),
    inboundAuthentication: settings['inbound-authentication'],
    dmarcReportsWithinMs: settings['dmarc-reports'] ?? null,
    forwards: settings.forwards,
    senderDomains: settings['sender-domains'],
    nonSendingDomains: settings['non-sending-domains'],
  };
}

function popBeforeSmtpOf(settings: ClaimSettings['pop-before-smtp']): PopBeforeSmtpClaim | null {
  if (!settings) return null;
  const { window, granularity, maximum, imap } = settings;
  return { windowMs: window, granularityMs: granularity, maximumMs: maximum, imap };
}

function outgoingPoliciesOf(settings: ClaimSettings['outgoing-policies']): OutgoingPolicies | undefined {
  if (!settings) return undefined;
  const { dnssec, dane } = settings;
  return {
    dnssec: dnssec || dane,
    dane,
    mtaSts: settings['mta-sts'],
    tlsReportsWithinMs: settings['tls-reports'] ?? null,
  };
}

/** The waits of a declaration as checks read them. */
export function timingOf(settings: TimingSettings): Timing {
  return {
    replyMs: settings.reply,
    quietMs: settings.quiet,
    slackMs: settings.slack,
    retryAfterMs: settings['retry-after'],
    loginEffectMs: settings['login-effect'],
    outboundMs: settings.outbound,
    ...(settings.autologout ? { autologoutSpeed: 1 } : {}),
  };
}
