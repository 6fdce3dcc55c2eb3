import { visibleExcerpt } from '../evidence/visible.ts';
import type { Connection } from '../wire/connection.ts';
import { Malformed } from '../wire/failures.ts';

/** Most lines one reply may have; a server that sends more is not answering. */
const REPLY_LINE_LIMIT = 512;

/** A complete SMTP reply (RFC 5321 §4.2). */
export interface SmtpReply {
  readonly code: number;
  /** Text of each line after code and separator. */
  readonly lines: readonly string[];
  /** Enhanced status code of the first line, such as `5.7.0` (RFC 3463). */
  readonly enhanced: string | undefined;
  /** The reply as a person reads it, in visible notation. */
  readonly text: string;
}

/** 2 for completion, 3 for intermediate, 4 for transient, 5 for permanent failure (RFC 5321 §4.2.1). */
export function replyClass(reply: SmtpReply): number {
  return Math.floor(reply.code / 100);
}

/**
 * Reads one reply, continuation lines included.
 * @throws Malformed when a line is not a three-digit code with separator, or codes differ within a reply;
 *   Silence, ConnectionEnded
 */
export async function readSmtpReply(
  connection: Connection,
  awaited: string,
  withinMs?: number,
): Promise<SmtpReply> {
  const texts: string[] = [];
  let code: number | undefined;
  for (;;) {
    const { bytes } = await connection.readLine(awaited, withinMs);
    const text = bytes.toString('latin1');
    const parts = /^([2-5]\d\d)(?:([ -])(.*))?$/s.exec(text);
    if (!parts || (code !== undefined && Number(parts[1]) !== code)) {
      throw new Malformed(`Expected ${awaited} as an SMTP reply, found "${visibleExcerpt(bytes, 200)}".`);
    }
    code = Number(parts[1]);
    texts.push(parts[3] ?? '');
    if (parts[2] !== '-') break;
    if (texts.length >= REPLY_LINE_LIMIT)
      throw new Malformed(`A reply of more than ${REPLY_LINE_LIMIT} lines.`);
  }
  return {
    code,
    lines: texts,
    enhanced: /^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(texts[0] ?? '')?.[1],
    text: visibleExcerpt(Buffer.from(`${code} ${texts.join(' / ')}`, 'latin1'), 400),
  };
}
