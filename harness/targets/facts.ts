import type { ClaimSettings, TimingSettings } from './schema.ts';
import type { Claims, Timing } from './target.ts';

/** The claims of a declaration as checks read them. */
export function claimsOf(settings: ClaimSettings): Claims {
  return {
    publicMx: settings['public-mx'],
    submissionRequiresTls: settings['submission-requires-tls'],
    mxRequiresTls: settings['mx-requires-tls'],
    proxyLogins: settings['proxy-logins'],
  };
}

/** The waits of a declaration as checks read them. */
export function timingOf(settings: TimingSettings): Timing {
  return {
    replyMs: settings.reply,
    quietMs: settings.quiet,
    slackMs: settings.slack,
    retryAfterMs: settings['retry-after'],
    outboundMs: settings.outbound,
  };
}
