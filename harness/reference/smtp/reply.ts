import { line, lines } from '../../wire/bytes.ts';

/** An SMTP reply (RFC 5321 §4.2) with its enhanced status code (RFC 2034), and whether it is the last one. */
export interface Reply {
  readonly code: number;
  readonly texts: readonly string[];
  readonly closes: boolean;
}

/** One line; `enhanced` is the enhanced status code. */
export function reply(code: number, enhanced: string, text: string): Reply {
  return { code, texts: [`${enhanced} ${text}`], closes: false };
}

/** A reply that carries no enhanced status code: greeting, EHLO, intermediate replies (RFC 2034 §4). */
export function bareReply(code: number, ...texts: readonly string[]): Reply {
  return { code, texts, closes: false };
}

/** The same reply as the last one of the connection. */
export function closing(last: Reply): Reply {
  return { ...last, closes: true };
}

/** What a server without PIPELINING may say to more than one line at once. */
export const AHEAD_OF_TIME = closing(reply(500, '5.5.1', 'No commands ahead of their time'));

/** Octets of a reply: a hyphen after the code on every line but the last. */
export function encodeReply({ code, texts }: Reply): Buffer {
  const last = texts.length - 1;
  return texts.length === 0
    ? line(`${code} `)
    : lines(...texts.map((text, index) => `${code}${index < last ? '-' : ' '}${text}`));
}
