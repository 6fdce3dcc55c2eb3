import { z } from 'zod';
import { camelCased } from './camel-case.ts';
import { wait, yesOrNo } from './fields.ts';

/** For a target that this machine runs. A loaded machine and a name server that is not there make a good server slow. */
export const TIMING = { reply: '30s', quiet: '500ms', slack: '60s' };

const waits = z.array(wait, { error: 'a list of durations' });

/**
 * The waits of a target, in milliseconds once read.
 * @param defaults of the waits that depend on where the target is
 */
export function timing(defaults: typeof TIMING) {
  return z
    .strictObject({
      // RFC 5321 §4.5.3.2 allows a server five minutes.
      reply: wait.prefault(defaults.reply).describe('Deadline of one reply.'),
      quiet: wait.prefault(defaults.quiet).describe('How long to listen for octets that nobody asked for.'),
      slack: wait
        .prefault(defaults.slack)
        .describe('Added to the time of every check, for tarpits and slow networks.'),
      outbound: wait
        .prefault('30s')
        .describe('How long a delivery of the target to a server of the lab may take.'),
      'retry-after': waits
        .default([])
        .describe('Pauses before a temporary refusal (4yz) is tried again; empty: not at all.'),
      // What follows a log acts late, or at logout only.
      'login-effect': waits
        .min(1, { error: 'a list of at least one duration' })
        .prefault(['1s', '5s', '15s'])
        .describe('How long after a mailbox login to look for what it opened elsewhere.'),
      autologout: yesOrNo
        .default(false)
        .describe('Wait for the limits of silence on POP3 and IMAP too, which takes up to an hour.'),
    })
    .describe('Waits, as 250ms, 8s or 15m.')
    .transform(({ autologout, ...given }) => ({
      ...camelCased(given, 'Ms'),
      /**
       * How much faster than real time the limits of silence pass here: 1 on a real server. When undefined,
       * no check waits for them.
       */
      autologoutSpeed: autologout ? 1 : undefined,
    }));
}

const ownTiming = timing(TIMING);

/** Waits, in milliseconds. */
export type Timing = z.output<typeof ownTiming>;

/**
 * The waits of a target that this machine runs.
 * @param given as in a targets file; the rest is as in one that says nothing
 * @throws ZodError for a wait that is none
 */
export function timingOf(given: z.input<typeof ownTiming>): Timing {
  return ownTiming.parse(given);
}
