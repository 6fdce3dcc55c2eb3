import { CRLF } from '../wire/bytes.ts';

/** A string sent as literal (RFC 9051 §4.3). */
export interface ImapLiteral {
  readonly bytes: Buffer;
  /** True: `{n}`, and the octets follow after the server's `+`. False: `{n+}`, at once (RFC 7888). */
  readonly synchronising: boolean;
}

/** A command in pieces: text as it is, and literals between it. */
export type ImapCommand = string | readonly (string | ImapLiteral)[];

/** What is sent in one go, and whether the server's `+` is awaited after it. */
export interface ImapFlight {
  readonly bytes: Buffer;
  readonly awaitsContinuation: boolean;
}

/**
 * Splits a command at its synchronising literals.
 * @throws Error when a text piece has a line break of its own
 */
export function flights(tag: string, command: ImapCommand): readonly ImapFlight[] {
  const sent: ImapFlight[] = [];
  let parts: Buffer[] = [Buffer.from(`${tag} `)];
  for (const piece of typeof command === 'string' ? [command] : command) {
    if (typeof piece === 'string') {
      if (/[\r\n]/.test(piece)) throw new Error('A piece of an IMAP command must not contain CR or LF.');
      parts.push(Buffer.from(piece));
    } else {
      parts.push(Buffer.from(`{${piece.bytes.length}${piece.synchronising ? '' : '+'}}`), CRLF);
      if (piece.synchronising) {
        sent.push({ bytes: Buffer.concat(parts), awaitsContinuation: true });
        parts = [];
      }
      parts.push(piece.bytes);
    }
  }
  sent.push({ bytes: Buffer.concat([...parts, CRLF]), awaitsContinuation: false });
  return sent;
}

/** A quoted string without its quotes, as it stands on the wire (RFC 9051 §9, quoted). */
export function quotedContent(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}

/** A string argument: quoted where its octets allow it, else a synchronising literal (RFC 9051 §4.3). */
export function imapString(text: string): string | ImapLiteral {
  return /^[\x20-\x7e]*$/.test(text)
    ? `"${quotedContent(text)}"`
    : { bytes: Buffer.from(text), synchronising: true };
}
