import { z } from 'zod';
import { authenticationClaim } from './authentication-claim.ts';
import { blockListClaim } from './block-list-claim.ts';
import { camelCased } from './camel-case.ts';
import { duration, mailDomain, text, wait, yesOrNo } from './fields.ts';
import { forwardingClaim } from './forwarding-claim.ts';
import { smarthostClaim } from './smarthost-claim.ts';

/** A window may be longer than anything that a check waits for. */
const windowLength = duration(604_800_000, 'seven days at most');

/** A mailbox login lets its address send mail for a while (RFC 6409 §3.3). */
const popBeforeSmtp = z
  .strictObject(
    {
      window: windowLength.describe('How long a mailbox login lets its address send mail without AUTH.'),
      granularity: wait
        .prefault('5s')
        .describe('How much later than a login, and than the end of the window, the server may act.'),
      maximum: windowLength
        .prefault('30m')
        .describe('Longest window that the policy of the operator allows.'),
      imap: yesOrNo.default(false).describe('IMAP logins open the window, as POP3 logins do.'),
    },
    { error: 'a mapping with window' },
  )
  .describe('POP before SMTP is offered on purpose; left out: no mailbox login opens the way for mail.')
  .transform(({ imap, ...times }) => ({ ...camelCased(times, 'Ms'), imap }));

const outgoingPolicies = z
  .strictObject(
    {
      dnssec: yesOrNo
        .default(false)
        .describe('The resolver of the target validates, with the root of the lab as trust anchor.'),
      dane: yesOrNo.default(false).describe('Outgoing mail obeys DANE (RFC 7672); means dnssec too.'),
      'mta-sts': yesOrNo
        .default(false)
        .describe('Outgoing mail obeys MTA-STS (RFC 8461), with the authority of the lab as trust anchor.'),
      'tls-reports': wait
        .exactOptional()
        .describe('TLS reports (RFC 8460) are sent this long after a delivery at the latest.'),
    },
    { error: 'a mapping of dnssec, dane, mta-sts and tls-reports' },
  )
  .describe('What the target does about the security of its outgoing mail; left out: nothing.')
  .transform(({ 'tls-reports': tlsReportsWithinMs, ...policies }) => ({
    ...camelCased(policies),
    dnssec: policies.dnssec || policies.dane,
    /** Undefined: no reports are sent. */
    tlsReportsWithinMs,
  }));

/** The one claim that is made of an access network too. */
export const op25bClaim = z
  .strictObject({ declared: yesOrNo.describe('Subscribers cannot reach port 25 outside the network.') })
  .prefault({ declared: false })
  .describe('Outbound port 25 blocking of the access network.');

export const claims = z
  .strictObject({
    'public-mx': yesOrNo.default(false).describe('The mx role is a publicly referenced MX of the domain.'),
    'submission-requires-tls': yesOrNo
      .default(false)
      .describe('Submission refuses everything but EHLO, NOOP, QUIT and STARTTLS before TLS.'),
    'mx-requires-tls': yesOrNo.default(false).describe('The mx role refuses mail without TLS on purpose.'),
    // SASL names these (RFC 4616 §2); Dovecot calls who may assume them a master user.
    'proxy-logins': z
      .array(text(/./, 'an authorization identity'), { error: 'a list of authorization identities' })
      .default([])
      .describe('Authorization identities that the first account may assume.'),
    // RFC 3207 §6.
    'tls-required-destinations': z
      .array(text(/^[a-z0-9-]+(\.[a-z0-9-]+)*\.(test|example)$/, 'a domain below .test or .example'), {
        error: 'a list of domains',
      })
      .default([])
      .describe(
        'Domains to which, and below which, the target sends mail inside TLS only. Checks receive mail in new domains below them, so they lie under a reserved name.',
      ),
    'removes-received': yesOrNo
      .default(false)
      .describe('Submission removes Received fields to protect its users.'),
    'sender-identity': z
      .enum(['envelope', 'enforced'], { error: 'envelope or enforced' })
      .exactOptional()
      .describe(
        'Users send with their own addresses only, in the envelope, or (enforced) in From too; left out: they may use others.',
      ),
    'internal-submission': yesOrNo
      .default(false)
      .describe('Submission is for the own network only: it need not be reachable from outside.'),
    dnsbl: blockListClaim.prefault({}),
    op25b: op25bClaim,
    // RFC 6186.
    'client-records': mailDomain
      .exactOptional()
      .describe('Domain whose SRV records tell mail programs where to go; left out: none does.'),
    'outgoing-policies': outgoingPolicies.exactOptional(),
    smarthost: smarthostClaim.exactOptional(),
    'published-policies': mailDomain
      .exactOptional()
      .describe(
        'Domain whose TLSA, MTA-STS and TLSRPT records tell senders what the target promises; left out: none does.',
      ),
    'pop-before-smtp': popBeforeSmtp.exactOptional(),
    'inbound-authentication': authenticationClaim.prefault({}),
    'dmarc-reports': wait
      .exactOptional()
      .describe(
        'Aggregate reports (RFC 9990) are sent this long after a message at the latest; left out: the target is not held to it.',
      ),
    forwards: forwardingClaim.exactOptional(),
    'sender-domains': z
      .array(mailDomain, { error: 'a list of domains' })
      .exactOptional()
      .describe('Domains in whose name the target sends mail; left out: its mail domain.'),
    'dkim-selectors': z
      .array(
        text(
          /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
          'a selector such as s2026, or s2026._domainkey.example.test',
        ),
        { error: 'a list of selectors' },
      )
      .default([])
      .describe(
        'Selectors by which mail of the mail domain is signed, or whole names of keys of other domains. Needed where no signed mail is seen: on a host without lab.',
      ),
    'non-sending-domains': z
      .array(mailDomain, { error: 'a list of domains' })
      .default([])
      .describe('Domains of the operator in whose name nobody ever sends mail.'),
  })
  .meta({ id: 'claims', description: 'What the operator states about the target; checks judge against it.' })
  .transform(({ 'dmarc-reports': dmarcReportsWithinMs, ...given }) => ({
    ...camelCased(given),
    /** Undefined: the target is not held to it. */
    dmarcReportsWithinMs,
  }));

/** What the operator states about the target; checks judge against it. */
export type Claims = z.output<typeof claims>;

/**
 * Claims of a target.
 * @param given as in a targets file; nothing else is claimed
 * @throws ZodError for what a targets file may not say
 */
export function claimsOf(given: z.input<typeof claims>): Claims {
  return claims.parse(given);
}
