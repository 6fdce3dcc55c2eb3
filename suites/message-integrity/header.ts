import type { Services } from '../../harness/check/check.ts';

/** A header field as it stands in a message (RFC 5322 §2.2). */
export interface Field {
  /** In lower case. */
  readonly name: string;
  /** With its folding and its last CRLF. */
  readonly octets: Buffer;
}

const COLON = ':';
const BLANKS: readonly (number | undefined)[] = [0x20, 0x09];

/** Header fields, topmost first, and what stands behind the empty line. Line ends are CRLF. */
export function readMessage(
  { bytes: { CRLF } }: Pick<Services, 'bytes'>,
  message: Buffer,
): { readonly fields: readonly Field[]; readonly body: Buffer } {
  const fields: Field[] = [];
  for (let at = 0; at < message.length; ) {
    if (message.subarray(at, at + CRLF.length).equals(CRLF)) {
      return { fields, body: message.subarray(at + CRLF.length) };
    }
    const end = endOfField(message, at, CRLF);
    const octets = message.subarray(at, end);
    const colon = octets.indexOf(COLON);
    if (colon < 1) return { fields, body: message.subarray(at) };
    fields.push({ name: octets.toString('latin1', 0, colon).trim().toLowerCase(), octets });
    at = end;
  }
  return { fields, body: Buffer.alloc(0) };
}

/** Values of the fields with a name, unfolded, octets as UTF-8. */
export function valuesOf(fields: readonly Field[], wanted: string): string[] {
  return fields
    .filter(({ name }) => name === wanted)
    .map(({ octets }) =>
      octets
        .subarray(octets.indexOf(COLON) + 1)
        .toString()
        .replace(/[\r\n]/g, '')
        .trim(),
    );
}

function endOfField(message: Buffer, from: number, CRLF: Buffer): number {
  for (let at = from; ; ) {
    const end = message.indexOf(CRLF, at);
    if (end < 0) return message.length;
    at = end + CRLF.length;
    if (!BLANKS.includes(message[at])) return at;
  }
}
