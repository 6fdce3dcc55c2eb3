import { LF } from '../wire/bytes.ts';

/** One header field of a message, folded lines included (RFC 5322 §2.2). */
export interface HeaderField {
  /** Name in lower case. */
  readonly name: string;
  /** Everything after the colon, unfolded, without white space around it; octets as Latin-1. */
  readonly value: string;
  /** The field as it stands, with its line ends. */
  readonly octets: Buffer;
}

const SPACE = 0x20;
const TAB = 0x09;

/**
 * The header fields of a message, topmost first, and what follows. Line ends may be CRLF or LF, because
 * servers hand out both. A line that is no field ends the header.
 */
export function readHeader(message: Buffer): {
  readonly fields: readonly HeaderField[];
  readonly body: Buffer;
} {
  const fields: HeaderField[] = [];
  let at = 0;
  while (at < message.length) {
    const end = endOfField(message, at);
    const octets = message.subarray(at, end);
    const text = octets.toString('latin1');
    if (/^\r?\n?$/.test(text)) return { fields, body: message.subarray(end) };
    const match = /^([!-9;-~]+)[ \t]*:([\s\S]*)$/.exec(text);
    if (!match) return { fields, body: message.subarray(at) };
    const [, name = '', value = ''] = match;
    fields.push({ name: name.toLowerCase(), value: value.replace(/\r?\n/g, '').trim(), octets });
    at = end;
  }
  return { fields, body: Buffer.alloc(0) };
}

/** Where the field that begins at `from` ends: after the first line that no folded one follows. */
function endOfField(message: Buffer, from: number): number {
  const isBlank = message[from] === LF[0] || (message[from] === 0x0d && message[from + 1] === LF[0]);
  for (let at = from; ; ) {
    const end = message.indexOf(LF, at);
    if (end < 0) return message.length;
    at = end + LF.length;
    const next = message[at];
    if (isBlank || (next !== SPACE && next !== TAB)) return at;
  }
}
