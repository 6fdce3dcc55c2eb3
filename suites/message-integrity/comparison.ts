import type { Services, Verify } from '../../harness/check/check.ts';
import { readMessage } from './header.ts';
import { passageOf } from './letter.ts';
import type { Copy } from './ways.ts';

/** Octets shown on each side of a difference. */
const AROUND = 40;

/** Verifies that octets are the same, and shows where they part if they are not. */
export function verifySame(verify: Pick<Verify, 'that'>, demand: string, sent: Buffer, got: Buffer): boolean {
  const at = firstDifference(sent, got);
  if (at < 0) {
    return verify.that(true, {
      demand,
      expected: `${sent.length} octets as sent`,
      actual: `${got.length} octets, the same`,
    });
  }
  return verify.that(false, {
    demand,
    expected: `at octet ${at} of ${sent.length}: ${excerpt(sent, at).toString()}`,
    actual: Buffer.concat([Buffer.from(`at octet ${at} of ${got.length}: `), excerpt(got, at)]),
  });
}

/** The body of a copy is the one that was sent. */
export function verifyBody(
  services: Services,
  verify: Verify,
  copy: Copy,
  sent: Buffer,
  what: string,
): boolean {
  const bodies = [sent, copy.bytes].map((message) => readMessage(services, message).body);
  const [before = sent, after = copy.bytes] = bodies;
  return verifySame(verify, `${copy.reader}: ${what}`, before, after);
}

/** What stands between the two lines of the letter is what was sent; what is put around it does not matter. */
export function verifyPassage(
  services: Services,
  verify: Verify,
  copy: Copy,
  { sent, token, what }: { readonly sent: Buffer; readonly token: string; readonly what: string },
): boolean {
  const body = readMessage(services, copy.bytes).body;
  const before = passageOf(sent, token) ?? sent;
  return verifySame(verify, `${copy.reader}: ${what}`, before, passageOf(body, token) ?? body);
}

/** Index of the first octet that differs; -1 where none does. */
function firstDifference(one: Buffer, other: Buffer): number {
  if (one.equals(other)) return -1;
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at += 1) if (one[at] !== other[at]) return at;
  return shorter;
}

function excerpt(octets: Buffer, at: number): Buffer {
  return octets.subarray(Math.max(0, at - AROUND), at + AROUND);
}
