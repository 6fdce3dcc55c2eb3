import { CRLF } from './bytes.ts';

const DOT = 0x2e;

/**
 * A message as sent after DATA: a dot in front of every line that begins with one, CRLF at the end,
 * and the dot that ends the data (RFC 5321 §4.5.2). Octets that are not CRLF are left alone.
 */
export function dotStuff(message: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  while (from < message.length) {
    const end = message.indexOf(CRLF, from);
    const next = end < 0 ? message.length : end + CRLF.length;
    if (message[from] === DOT) parts.push(Buffer.from('.'));
    parts.push(message.subarray(from, next));
    from = next;
  }
  if (message.length > 0 && !message.subarray(-CRLF.length).equals(CRLF)) parts.push(CRLF);
  parts.push(Buffer.from('.'), CRLF);
  return Buffer.concat(parts);
}

/** Removes the dot that stuffing put in front of a line (RFC 5321 §4.5.2, RFC 1939 §3). */
export function dotUnstuff(line: Buffer): Buffer {
  return line[0] === DOT && line.length > 1 ? line.subarray(1) : line;
}
