import { readHeader } from '../../messages/header.ts';
import { carriesNonce, isOwn, type Marks } from './own.ts';

/**
 * Whether a message is the run's, by its header where that tells. The rest of a message is read only where a machine
 * made it, because a report quotes what it is about; mail of people is not read.
 * @param rest fetches the whole message; undefined where it is gone
 */
export async function isOwnByHeader(
  header: Buffer,
  marks: Marks,
  rest: () => Promise<Buffer | undefined>,
): Promise<boolean> {
  if (isOwn(header, marks)) return true;
  if (carriesNonce(header, marks.nonces) || !isByMachine(header)) return false;
  const whole = await rest();
  return whole !== undefined && isOwn(whole, marks);
}

/** Reports have a null reverse-path (RFC 5321 §4.5.5), say what they are, or come from the one that makes them. */
function isByMachine(header: Buffer): boolean {
  return readHeader(header).fields.some(
    ({ name, value }) =>
      (name === 'return-path' && /^<\s*>/.test(value)) ||
      (name === 'auto-submitted' && !/^no\b/i.test(value)) ||
      (name === 'content-type' && /^multipart\/report\b/i.test(value)) ||
      (name === 'from' && /\b(mailer-daemon|postmaster)\b/i.test(value)),
  );
}
