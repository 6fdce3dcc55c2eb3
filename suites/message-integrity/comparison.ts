import { readHeader, type Verify } from '../../harness/check/check.ts';
import { passageOf } from './letter.ts';
import type { Trial } from './ways.ts';

/** Octets shown on each side of a difference. */
const AROUND = 40;

/** Verifies that octets are the same, and shows where they part if they are not. */
export function verifySame(
  verify: Pick<Verify, 'met' | 'missed'>,
  demand: string,
  sent: Buffer,
  got: Buffer,
): boolean {
  if (sent.equals(got)) return verify.met(demand, `${got.length} octets as sent`);
  const at = firstDifference(sent, got);
  return verify.missed(demand, {
    expected: `at octet ${at} of ${sent.length}: ${excerpt(sent, at).toString()}`,
    actual: Buffer.concat([Buffer.from(`at octet ${at} of ${got.length}: `), excerpt(got, at)]),
  });
}

/** Judges a copy by its body, which is to be the one that was sent. */
export function sameBody(what: string): Trial['judge'] {
  return (verify, { reader, bytes }, { sent }) =>
    verifySame(verify, `${reader}: ${what}`, readHeader(sent).body, readHeader(bytes).body);
}

/** Judges a copy by what stands between the two lines of `bodyAround`; what is put around them does not matter. */
export function samePassage(what: string): Trial['judge'] {
  return (verify, { reader, bytes }, { sent, token }) =>
    verifySame(
      verify,
      `${reader}: ${what}`,
      passageOf(sent, token),
      passageOf(readHeader(bytes).body, token),
    );
}

/** Index of the first octet that differs. */
function firstDifference(one: Buffer, other: Buffer): number {
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at += 1) if (one[at] !== other[at]) return at;
  return shorter;
}

function excerpt(octets: Buffer, at: number): Buffer {
  return octets.subarray(Math.max(0, at - AROUND), at + AROUND);
}
