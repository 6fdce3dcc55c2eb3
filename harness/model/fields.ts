import { z } from 'zod';
import { type Duration, milliseconds } from './duration.ts';

/**
 * What declarations of targets are made of. The text after `error` completes the sentence "… must be …";
 * refinements give whole sentences. Descriptions reach editors through `targets.schema.json`.
 */

const LONGEST_WAIT_MS = 3_600_000;

/** Text of a certain form. */
export function text(pattern: RegExp, error: string) {
  return z.string({ error }).regex(pattern, { error });
}

const LONGEST_LINE = 300;

/** One line that people read; a report shows it as it is. */
export function oneLine(example: string) {
  return text(
    /^(?=.*\S)[^\p{C}\p{Zl}\p{Zp}]{1,300}$/u,
    `one line of ${LONGEST_LINE} characters at most, such as ${example}`,
  );
}

export const yesOrNo = z.boolean({ error: 'true or false' });

/** A wait as `8s`, `250ms` or `15m`; milliseconds once read. */
export const wait = duration(LONGEST_WAIT_MS, 'an hour at most');

/** As `wait`, for times that no check waits for, with a longest one of their own. */
export function duration(longestMs: number, error: string) {
  const form = 'a duration such as 8s, 250ms or 15m';
  // The pattern leaves nothing but durations, and ends the reading where there is none.
  const length = (written: string) => milliseconds(written as Duration);
  return z
    .string({ error: form })
    .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, { error: form, abort: true })
    .refine((written) => length(written) <= longestMs, { error })
    .transform(length);
}

export const mailDomain = text(
  /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/,
  'a domain such as example.test',
).describe('Mail domain that the target serves.');
export const address = text(/^[^\s@]+@[^\s@]+$/, 'an address such as alice@example.test');
