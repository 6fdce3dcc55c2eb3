import type { Services } from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import { compose } from '../../harness/steps/compose.ts';

/** Whom a message names, and by what it is known. */
export interface About {
  /** Header From and To; the envelope is another matter. */
  readonly from: string;
  readonly to: string;
  /** Stands in the Subject, and no other message has it. */
  readonly token: string;
}

/** A message to be compared with what arrives. */
export interface Letter extends About {
  /** Whole header fields below the ordinary ones; a folded one as its lines. */
  readonly fields?: readonly (string | readonly string[])[];
  /** Everything after the empty line. */
  readonly body: Buffer;
}

/** The octets of a letter, lines ended by CRLF (RFC 5322 §2.1). */
export function letter(
  services: Pick<Services, 'bytes' | 'helloName' | 'imprint'>,
  { fields = [], body, ...about }: Letter,
): Buffer {
  const header = { ...about, subject: 'Minutes', idDomain: domainOf(about.from), below: fields.flat() };
  return Buffer.concat([compose(services, { ...header, body: [] }), body]);
}

/** A letter whose body says by what it is known, and nothing else. */
export function shortLetter(services: Services, about: Omit<Letter, 'body'>): Buffer {
  return letter(services, { ...about, body: services.bytes.line(`The minutes known as ${about.token}.`) });
}

/** A body whose middle part is looked for between two lines, so that what is put around it does not matter. */
export function bodyAround({ bytes }: Pick<Services, 'bytes'>, token: string, passage: Buffer): Buffer {
  return Buffer.concat([bytes.line(opening(token)), passage, bytes.line(closing(token))]);
}

/** What stands between the two lines of `bodyAround`; everything where they are gone. */
export function passageOf(body: Buffer, token: string): Buffer {
  const start = body.indexOf(opening(token));
  const end = body.lastIndexOf(closing(token));
  const from = start < 0 ? -1 : body.indexOf(0x0a, start) + 1;
  return from > 0 && end >= from ? body.subarray(from, end) : body;
}

function opening(token: string): string {
  return `Here begins ${token}`;
}

function closing(token: string): string {
  return `Here ends ${token}`;
}
