import { CRLF } from '../../wire/bytes.ts';

/** One header field with its folded lines (RFC 5322 §2.2). */
export interface HeaderField {
  /** Name in lower case. */
  readonly name: string;
  /** Value unfolded, without the white space around it, octets as latin1. */
  readonly value: string;
  /** The whole field with its CRLFs. */
  readonly octets: Buffer;
}

export interface SplitMessage {
  readonly fields: readonly HeaderField[];
  /** The header section with its CRLFs, without the empty line. */
  readonly header: Buffer;
  /** The empty line between header and body; empty where the message has none. */
  readonly separator: Buffer;
  readonly body: Buffer;
}

/** Takes a message apart; what does not begin with a header field is body. */
export function splitMessage(message: Buffer): SplitMessage {
  const fields: HeaderField[] = [];
  let from = 0;
  while (from < message.length) {
    if (startsWithLineEnd(message, from)) break;
    const end = endOfField(message, from);
    const octets = message.subarray(from, end);
    const match = /^([!-9;-~]+)[ \t]*:(.*)$/s.exec(octets.toString('latin1'));
    if (!match) break;
    fields.push({
      name: (match[1] ?? '').toLowerCase(),
      value: unfold(match[2] ?? ''),
      octets,
    });
    from = end;
  }
  const separated = startsWithLineEnd(message, from) ? from + CRLF.length : from;
  return {
    fields,
    header: message.subarray(0, from),
    separator: message.subarray(from, separated),
    body: message.subarray(separated),
  };
}

function startsWithLineEnd(message: Buffer, at: number): boolean {
  return message.subarray(at, at + CRLF.length).equals(CRLF);
}

function endOfField(message: Buffer, from: number): number {
  for (let at = from; ; ) {
    const end = message.indexOf(CRLF, at);
    if (end < 0) return message.length;
    at = end + CRLF.length;
    const next = message[at];
    if (next !== 0x20 && next !== 0x09) return at;
  }
}

function unfold(value: string): string {
  return value.split(CRLF.toString()).join('').trim();
}

/** Addresses of an address field, in the plain forms: `a@b`, `Name <a@b>`, comma lists of them. */
export function addressesIn(value: string): string[] {
  return splitAddressList(value).flatMap((mailbox) => {
    const address = /<([^<>]*)>\s*$/.exec(mailbox)?.[1] ?? mailbox.trim();
    return address.includes('@') ? [address] : [];
  });
}

/** Members of an address list, comments removed; commas inside quotes and brackets do not separate. */
export function splitAddressList(value: string): string[] {
  const bare = value.replace(/\((?:[^()\\]|\\.)*\)/g, ' ');
  const members = bare.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+/g) ?? [];
  return members.map((member) => member.trim()).filter((member) => member !== '');
}

/**
 * The value of a From field is a list of mailboxes and nothing else (RFC 5322 §3.4): each member an address,
 * or a phrase with an address in brackets at its end.
 */
export function isMailboxList(value: string): boolean {
  const members = splitAddressList(value);
  return members.length > 0 && members.every((member) => MAILBOX.test(member) || ADDRESS.test(member));
}

const MAILBOX = /^(?:"(?:[^"\\]|\\.)*"|[^<>@":;\\])*<[^<>@\s,:;]+@[^<>@\s,:;]+>$/;
const ADDRESS = /^[^<>@\s,:;]+@[^<>@\s,:;]+$/;
