import { CRLF, lines } from '../../wire/bytes.ts';
import { splitMessage } from '../message/header.ts';
import type { StoredMessage } from '../store/mailbox.ts';
import { lowestFreePlace } from './places.ts';
import { err, type Maildrop, ok, type Pop3Response } from './session.ts';

/** The octets of a message on the wire: every line ends in CRLF (RFC 1939 §11). */
function wireOctets({ content }: StoredMessage): Buffer {
  const ended = content.length === 0 || content.subarray(-CRLF.length).equals(CRLF);
  return ended ? content : Buffer.concat([content, CRLF]);
}

/** What STAT and LIST tell: the octets of the message on the wire (RFC 1939 §11). */
function sizeOf({ site }: Maildrop, message: StoredMessage): number {
  const octets = wireOctets(message);
  if (!site.faulty('pop3-size-counts-line-ends-once')) return octets.length;
  return octets.length - (octets.toString('latin1').match(/\r\n/g)?.length ?? 0);
}

interface Numbered {
  readonly number: number;
  /** Its place among the messages of the session, from 0. */
  readonly index: number;
  readonly message: StoredMessage;
}

function remaining({ site, messages, deleted }: Maildrop): Numbered[] {
  const left = messages.flatMap((message, index) =>
    deleted.has(index) ? [] : [{ number: index + 1, index, message }],
  );
  if (!site.faulty('pop3-renumbers-after-dele')) return left;
  return left.map((one, index) => ({ ...one, number: index + 1 }));
}

/** What STAT, LIST and UIDL tell: what is marked as deleted is left out (RFC 1939 §5), but for a fault. */
function told(maildrop: Maildrop): Numbered[] {
  if (!maildrop.site.faulty('pop3-counts-marked-messages')) return remaining(maildrop);
  return maildrop.messages.map((message, index) => ({ number: index + 1, index, message }));
}

/** The message of a number that is in use and not marked as deleted. */
function pick(maildrop: Maildrop, text: string): Numbered | undefined {
  const left = remaining(maildrop);
  const found = /^\d{1,9}$/.test(text) ? left.find(({ number }) => number === Number(text)) : undefined;
  return found ?? (maildrop.site.faulty('pop3-takes-any-message-number') ? left[0] : undefined);
}

const NO_SUCH_MESSAGE = err('No such message');

/** STAT (RFC 1939 §5). */
export function stat(maildrop: Maildrop): Pop3Response {
  const left = told(maildrop);
  const octets = left.reduce((sum, { message }) => sum + sizeOf(maildrop, message), 0);
  return ok(`${left.length} ${octets}`);
}

/** LIST (RFC 1939 §5): a scan listing of one message or of all. */
export function list(maildrop: Maildrop, argument: string): Pop3Response {
  return listing(maildrop, argument, (message) => String(sizeOf(maildrop, message)));
}

/** UIDL (RFC 1939 §7): ids that never change and are never used again. */
export function uidl(maildrop: Maildrop, argument: string): Pop3Response {
  return listing(maildrop, argument, (message, number) => uniqueId(maildrop, message, number));
}

function uniqueId({ site, mailbox }: Maildrop, { uid, revision }: StoredMessage, number: number): string {
  if (site.faulty('pop3-uidl-is-message-number')) return String(number);
  const name = site.faulty('pop3-uidl-changes-when-read')
    ? revision
    : site.faulty('pop3-gives-unique-ids-again')
      ? lowestFreePlace(mailbox, uid)
      : uid;
  return [mailbox.uidValidity, name].map((part) => part.toString(16).padStart(8, '0')).join('');
}

function listing(
  maildrop: Maildrop,
  argument: string,
  fact: (message: StoredMessage, number: number) => string,
): Pop3Response {
  if (argument === '') {
    const left = told(maildrop);
    return ok(
      `${left.length} messages`,
      lines(...left.map(({ number, message }) => `${number} ${fact(message, number)}`)),
    );
  }
  const found = pick(maildrop, argument);
  return found ? ok(`${found.number} ${fact(found.message, found.number)}`) : NO_SUCH_MESSAGE;
}

/** RETR (RFC 1939 §5). */
export function retr(maildrop: Maildrop, argument: string): Pop3Response {
  const found = pick(maildrop, argument);
  if (!found) return NO_SUCH_MESSAGE;
  maildrop.retrieved.add(found.index);
  const octets = wireOctets(found.message);
  return ok(`${octets.length} octets`, octets);
}

/** TOP (RFC 1939 §7): the header, the empty line and so many lines of the body. */
export function top(maildrop: Maildrop, argument: string): Pop3Response {
  if (maildrop.site.faulty('pop3-lists-top-and-refuses')) return err('Unknown command');
  const [number = '', count = ''] = argument.split(/ +/);
  if (!/^\d{1,9}$/.test(count)) return err('Syntax: TOP message lines');
  const found = pick(maildrop, number);
  if (!found) return NO_SUCH_MESSAGE;
  const { header, separator, body } = splitMessage(wireOctets(found.message));
  const lineCount = maildrop.site.faulty('pop3-top-ignores-line-count') ? Infinity : Number(count);
  return ok('Top follows', Buffer.concat([header, separator, firstLines(body, lineCount)]));
}

function firstLines(body: Buffer, count: number): Buffer {
  let end = 0;
  for (let line = 0; line < count; line++) {
    const next = body.indexOf(CRLF, end);
    if (next < 0) return body;
    end = next + CRLF.length;
  }
  return body.subarray(0, end);
}

/** DELE (RFC 1939 §5): marks only; nothing is removed before QUIT. */
export function dele(maildrop: Maildrop, argument: string): Pop3Response {
  const found = pick(maildrop, argument);
  if (!found) return NO_SUCH_MESSAGE;
  maildrop.deleted.add(found.index);
  if (maildrop.site.faulty('pop3-dele-removes-at-once')) maildrop.mailbox.remove(found.message.uid);
  return ok('Marked as deleted');
}

/** RSET (RFC 1939 §5). */
export function rset(maildrop: Maildrop): Pop3Response {
  maildrop.deleted.clear();
  return stat(maildrop);
}

/** The UPDATE state (RFC 1939 §6): removes what is marked. */
export function update(maildrop: Maildrop): void {
  const { site, mailbox, messages } = maildrop;
  if (site.faulty('pop3-quit-removes-nothing')) return;
  const removed = messages.filter((_message, index) => isRemoved(maildrop, index));
  for (const { uid } of removed) mailbox.remove(uid);
}

function isRemoved({ site, deleted, retrieved }: Maildrop, index: number): boolean {
  if (retrieved.has(index) && site.faulty('pop3-removes-what-was-retrieved')) return true;
  if (deleted.has(index - 1) && site.faulty('pop3-removes-one-too-many')) return true;
  return deleted.has(index);
}
