import type { Verify } from '../check/check.ts';

/** A product version, and no address or part of a name. */
const VERSION = /(?<![\w.-])v?\d+\.\d+(\.\d+)?(?![\w.-])/;

/** What a server says of itself without being asked must not tell which version it is. */
export function verifyNoVersion(verify: Pick<Verify, 'that'>, text: string, demand: string): boolean {
  return verify.that(!VERSION.test(text), { demand, expected: 'no version', actual: text });
}
