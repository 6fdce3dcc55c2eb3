import type { FaultName } from '../../model/faults.ts';
import { CR, CRLF, LF, NUL } from '../../wire/bytes.ts';
import { dotUnstuff } from '../../wire/dot-stuffing.ts';
import { SessionEnded } from '../session/endings.ts';
import { objectionToLine, TOO_LARGE, TOO_LONG_LINE } from './content-rules.ts';
import { IDLE_MS, SIZE_LIMIT } from './limits.ts';
import { AHEAD_OF_TIME, type Reply, reply } from './reply.ts';
import type { SmtpSession } from './session.ts';

/** Longest line that is still kept to be judged; longer ones are only counted. */
const KEPT_LINE_LIMIT = 65_536;
const DOT = Buffer.from('.');
const SPACE = Buffer.from(' ');

/** Why a message is not taken, or the message without its stuffing. */
export type Received = { readonly message: Buffer } | Reply;

/**
 * Reads up to CRLF "." CRLF, which alone ends the data. A message with octets that would mean
 * different things to different servers is refused as a whole: bare CR, bare LF, NUL.
 */
export function readMessage(session: SmtpSession): Promise<Received> {
  const ends = falseEndsOf(session);
  return ends.length > 0 ? readCarelessly(session, ends) : readByLines(session);
}

async function readByLines({ connection, site, role }: SmtpSession): Promise<Received> {
  const kept: Buffer[] = [];
  let size = 0;
  let refusal: Reply | undefined;
  for (;;) {
    const input = await connection
      .readLine('a line of the message', { limit: KEPT_LINE_LIMIT, withinMs: IDLE_MS })
      .catch((failure: unknown) => {
        if (failure instanceof SessionEnded && site.faulty('smtp-delivers-unfinished-messages')) return null;
        throw failure;
      });
    if (input === null) break;
    if (input.kind === 'overlong') {
      size += input.octets;
      refusal ??= TOO_LONG_LINE;
      continue;
    }
    if (input.bytes.equals(DOT)) break;
    const text = site.faulty('smtp-keeps-stuffed-dots') ? input.bytes : dotUnstuff(input.bytes);
    size += text.length + CRLF.length;
    const lenient =
      role !== 'mx' &&
      (site.faulty('submission-relays-long-lines') || site.faulty('submission-relays-stray-octets'));
    if (!lenient) refusal ??= objectionToLine(site, text);
    if (size <= SIZE_LIMIT && !refusal) kept.push(text, CRLF);
  }
  if (size > SIZE_LIMIT && !site.faulty('smtp-takes-any-size')) return TOO_LARGE;
  return refusal ?? { message: Buffer.concat(kept) };
}

/** What a fault takes for the end of the data beside the real one. */
const FALSE_ENDS: readonly (readonly [FaultName, Buffer])[] = [
  ['smtp-ends-data-at-lf-dot-lf', Buffer.concat([LF, DOT, LF])],
  ['smtp-ends-data-at-lf-dot-crlf', Buffer.concat([LF, DOT, CRLF])],
  ['smtp-ends-data-at-lf-dot-cr', Buffer.concat([LF, DOT, CR])],
  ['smtp-ends-data-at-cr-dot-cr', Buffer.concat([CR, DOT, CR])],
  ['smtp-ends-data-at-cr-dot-crlf', Buffer.concat([CR, DOT, CRLF])],
  ['smtp-ends-data-at-cr-dot-lf', Buffer.concat([CR, DOT, LF])],
  ['smtp-ends-data-at-crlf-nul-dot-crlf', Buffer.concat([CRLF, NUL, DOT, CRLF])],
  ['smtp-ends-data-at-cr-nul-lf-dot-crlf', Buffer.concat([CR, NUL, LF, DOT, CRLF])],
  ['smtp-ends-data-at-crlf-dot-lf', Buffer.concat([CRLF, DOT, LF])],
  ['smtp-ends-data-at-crlf-dot-cr', Buffer.concat([CRLF, DOT, CR])],
  ['smtp-ends-data-at-crlf-dot-nul-crlf', Buffer.concat([CRLF, DOT, NUL, CRLF])],
  ['smtp-ends-data-at-crlf-dot-cr-cr-lf', Buffer.concat([CRLF, DOT, CR, CRLF])],
  ['smtp-ends-data-at-crlf-dot-space-crlf', Buffer.concat([CRLF, DOT, SPACE, CRLF])],
  ['smtp-ends-data-at-lf-dot-lf-and-silence', Buffer.concat([LF, DOT, LF])],
  ['smtp-refuses-false-end-and-goes-on', Buffer.concat([LF, DOT, LF])],
  ['smtp-refuses-false-end-and-goes-on', Buffer.concat([LF, DOT, CRLF])],
  ['smtp-reads-lf-messages', Buffer.concat([LF, DOT, LF])],
];

function falseEndsOf({ site }: SmtpSession): readonly Buffer[] {
  return FALSE_ENDS.filter(([fault]) => site.faulty(fault)).map(([, octets]) => octets);
}

/** Reads up to the real end or a false one, and takes whatever octets stand in front of it. */
async function readCarelessly({ connection, site }: SmtpSession, ends: readonly Buffer[]): Promise<Received> {
  const realEnd = Buffer.concat([CRLF, DOT, CRLF]);
  // Room that doubles: a copy for every octet of a large message would take minutes.
  let room: Buffer = Buffer.alloc(KEPT_LINE_LIMIT);
  let length = CRLF.copy(room);
  for (;;) {
    if (length === room.length) room = Buffer.concat([room], 2 * length);
    length += (await connection.readOctets(1, 'an octet of the message', IDLE_MS)).copy(room, length);
    const received = room.subarray(0, length);
    const content = (end: Buffer) => unstuffed(received.subarray(CRLF.length, received.length - end.length));
    if (endsWith(received, realEnd)) return { message: content(realEnd) };
    const falseEnd = ends.find((end) => endsWith(received, end));
    if (!falseEnd || received.length > SIZE_LIMIT) continue;
    // A CR may be the first half of a CRLF.
    if (endsWith(falseEnd, CR) && (await connection.peekOctet('more', IDLE_MS)) === LF[0]) continue;
    // Such a server looks at the first line to tell how the others end.
    const firstEnd = received.indexOf(LF, CRLF.length);
    if (site.faulty('smtp-reads-lf-messages') && received[firstEnd - 1] === CR[0]) continue;
    if (site.faulty('smtp-ends-data-at-lf-dot-lf-and-silence') && connection.takeUnread().length > 0)
      return AHEAD_OF_TIME;
    if (site.faulty('smtp-refuses-false-end-and-goes-on')) return reply(451, '4.6.0', STRAY_OCTETS_TEXT);
    return { message: content(falseEnd) };
  }
}

const STRAY_OCTETS_TEXT = 'Lines of a message end in CRLF';

function endsWith(octets: Buffer, end: Buffer): boolean {
  return octets.subarray(-end.length).equals(end);
}

/** Ended by CRLF, whatever it ended in. */
function unstuffed(content: Buffer): Buffer {
  const lines: Buffer[] = [];
  for (let from = 0; from < content.length; ) {
    const found = content.indexOf(CRLF, from);
    const end = found < 0 ? content.length : found;
    lines.push(dotUnstuff(content.subarray(from, end)), CRLF);
    from = end + CRLF.length;
  }
  return Buffer.concat(lines);
}
