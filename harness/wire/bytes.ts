/** The line terminator of SMTP, POP3 and IMAP (RFC 5321 §2.3.8). Nothing outside this folder spells it. */
export const CRLF = Buffer.from('\r\n');
export const CR = Buffer.from('\r');
export const LF = Buffer.from('\n');
export const NUL = Buffer.from('\0');

/** Octets of a text and CRLF. `text` is sent as UTF-8 and must not contain a line break of its own. */
export function line(text: string): Buffer {
  const at = text.search(/[\r\n]/);
  // The line itself is left out of the message: it may hold a password.
  if (at >= 0)
    throw new Error(`A protocol line must not contain CR or LF, found one at character ${at + 1}.`);
  return Buffer.concat([Buffer.from(text), CRLF]);
}

/** Several lines, each ended by CRLF, as one buffer. */
export function lines(...texts: readonly string[]): Buffer {
  return Buffer.concat(texts.map(line));
}

/** Octets in base64, as one line without breaks (RFC 4648 §4). */
export function base64(content: Uint8Array | string): string {
  return Buffer.from(content).toString('base64');
}
