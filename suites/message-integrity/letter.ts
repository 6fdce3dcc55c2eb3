import type { Services } from '../../harness/check/check.ts';
import { dateField } from '../../harness/steps/compose.ts';

/** A message to be compared with what arrives. */
export interface Letter {
  /** Header From and To; the envelope is another matter. */
  readonly from: string;
  readonly to: string;
  /** Stands in the Subject, and no other message has it. */
  readonly token: string;
  /** Whole header fields below the ordinary ones; a folded one as its lines. */
  readonly fields?: readonly (string | readonly string[])[];
  /** Everything behind the empty line. */
  readonly body: Buffer;
}

/** The octets of a letter, lines ended by CRLF (RFC 5322 §2.1). */
export function letter({ bytes }: Pick<Services, 'bytes'>, { fields = [], body, ...about }: Letter): Buffer {
  return Buffer.concat([
    ...ordinaryFields({ bytes }, about),
    bytes.lines(...fields.flat()),
    bytes.CRLF,
    body,
  ]);
}

/** The fields that every message should have (RFC 5322 §3.6), one buffer each. */
export function ordinaryFields(
  { bytes }: Pick<Services, 'bytes'>,
  { from, to, token }: Pick<Letter, 'from' | 'to' | 'token'>,
): Buffer[] {
  return [
    `From: <${from}>`,
    `To: <${to}>`,
    `Subject: Minutes ${token}`,
    dateField(),
    `Message-ID: <${token}@${from.slice(from.lastIndexOf('@') + 1)}>`,
  ].map(bytes.line);
}

/** A body whose middle part is looked for between two lines, so that what is put around it does not matter. */
export function bodyAround({ bytes }: Pick<Services, 'bytes'>, token: string, passage: Buffer): Buffer {
  return Buffer.concat([bytes.line(opening(token)), passage, bytes.line(closing(token))]);
}

/** What stands between the two lines of `bodyAround`; undefined where they are gone. */
export function passageOf(body: Buffer, token: string): Buffer | undefined {
  const start = body.indexOf(opening(token));
  const end = body.lastIndexOf(closing(token));
  const from = start < 0 ? -1 : body.indexOf(0x0a, start) + 1;
  return from > 0 && end >= from ? body.subarray(from, end) : undefined;
}

function opening(token: string): string {
  return `Here begins ${token}`;
}

function closing(token: string): string {
  return `Here ends ${token}`;
}
