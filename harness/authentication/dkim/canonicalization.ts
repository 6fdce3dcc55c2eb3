import { CRLF } from '../../wire/bytes.ts';

/** How much a message may change on its way before a signature breaks (RFC 6376 §3.4). */
export type Canonicalization = 'simple' | 'relaxed';

const LINE_END = CRLF.toString('latin1');

/**
 * A body as it is hashed (RFC 6376 §3.4.3, §3.4.4). Without content it is one line end when simple and
 * nothing when relaxed.
 * @param body with CRLF line ends
 */
export function canonicalBody(body: Buffer, method: Canonicalization): Buffer {
  const text = method === 'simple' ? body : relaxedLines(body);
  let end = text.length;
  while (endsAt(text, end) && (end === CRLF.length || endsAt(text, end - CRLF.length))) end -= CRLF.length;
  const kept = text.subarray(0, end);
  if (kept.length === 0) return method === 'simple' ? CRLF : kept;
  return endsAt(kept, kept.length) ? kept : Buffer.concat([kept, CRLF]);
}

/** Whether a line end stands right in front of this place. */
function endsAt(text: Buffer, at: number): boolean {
  return at >= CRLF.length && text.subarray(at - CRLF.length, at).equals(CRLF);
}

/** White space at the end of a line vanishes, within a line it becomes one space. */
function relaxedLines(body: Buffer): Buffer {
  const lines = body.toString('latin1').split(LINE_END);
  const relaxed = lines.map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  return Buffer.from(relaxed.join(LINE_END), 'latin1');
}

/**
 * A header field as it is hashed, with its line end (RFC 6376 §3.4.1, §3.4.2).
 * @param field with its folded lines and its line end
 */
export function canonicalField(field: Buffer, method: Canonicalization): Buffer {
  if (method === 'simple') return field;
  const text = field.toString('latin1');
  const colon = text.indexOf(':');
  const name = text.slice(0, colon).trimEnd().toLowerCase();
  const value = text
    .slice(colon + 1)
    .split(LINE_END)
    .join('')
    .replace(/[ \t]+/g, ' ')
    .trim();
  return Buffer.from(`${name}:${value}${LINE_END}`, 'latin1');
}
