import { CRLF, LF } from '../wire/bytes.ts';
import type { Connection, Line } from '../wire/connection.ts';
import { dotUnstuff } from '../wire/dot-stuffing.ts';
import { Malformed } from '../wire/failures.ts';

/** Most octets of a listing (CAPA, LIST, UIDL). */
export const LISTING_LIMIT = 4 * 1_048_576;
/** Most octets of a message (RETR, TOP). */
export const MESSAGE_LIMIT = 64 * 1_048_576;

/**
 * Reads what follows a `+OK` up to the line that holds one dot, and removes dot-stuffing (RFC 1939 §3).
 *
 * A line ends in CRLF; a bare LF is content, so that a message with `LF . LF` in it does not end the
 * reply early. Only where the status line itself ended in a bare LF does LF end lines here too.
 * @returns the lines without terminators
 * @throws Malformed over `limit` octets; Silence, ConnectionEnded
 */
export async function readMultiline(
  connection: Connection,
  awaited: string,
  terminator: Line['terminator'],
  limit: number,
): Promise<Buffer[]> {
  const lines: Buffer[] = [];
  let parts: Buffer[] = [];
  let octets = 0;
  for (;;) {
    const line = await connection.readLine(awaited);
    octets += line.bytes.length + CRLF.length;
    if (octets > limit) throw new Malformed(`Expected ${awaited} to end within ${limit} octets, it goes on.`);
    parts.push(line.bytes);
    if (terminator === 'CRLF' && line.terminator === 'LF') {
      parts.push(LF);
      continue;
    }
    const whole = parts.length === 1 ? line.bytes : Buffer.concat(parts);
    if (whole.length === 1 && whole.toString() === '.') return lines;
    lines.push(dotUnstuff(whole));
    parts = [];
  }
}

/** Lines as one message, each ended by CRLF. */
export function joinLines(lines: readonly Buffer[]): Buffer {
  return Buffer.concat(lines.flatMap((line) => [line, CRLF]));
}
