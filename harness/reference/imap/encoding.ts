import { CRLF } from '../../wire/bytes.ts';

/** Octets of a text in which every character is one octet. */
export function octets(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** A literal (RFC 9051 §4.3). */
export function literal(content: Buffer): Buffer {
  return Buffer.concat([octets(`{${content.length}}`), CRLF, content]);
}

/** A string, quoted where possible; `text` has one character per octet. NIL for undefined. */
export function nstring(text: string | undefined): Buffer {
  if (text === undefined) return octets('NIL');
  return /^[\x20-\x7e]{0,512}$/.test(text)
    ? octets(`"${text.replace(/["\\]/g, '\\$&')}"`)
    : literal(octets(text));
}

/** Parts in parentheses, separated by spaces. */
export function list(parts: readonly Buffer[]): Buffer {
  return Buffer.concat([
    octets('('),
    ...parts.flatMap((part, at) => (at ? [octets(' '), part] : [part])),
    octets(')'),
  ]);
}

/** An untagged response. */
export function untagged(...parts: readonly (string | Buffer)[]): Buffer {
  const content = parts.map((part) => (typeof part === 'string' ? octets(part) : part));
  return Buffer.concat([octets('* '), ...content, CRLF]);
}
