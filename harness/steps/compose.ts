import type { Services } from '../check/check.ts';

/** What a neutral message says. */
export interface NeutralMessage {
  /** Author; an address without brackets, the client where it is empty as the null reverse-path is, or the header fields that name the author, as whole lines. */
  readonly from: string | readonly string[];
  /** Header To; `undisclosed-recipients:;` where none is given. */
  readonly to?: string;
  /** No other message carries it. It stands in Subject and Message-ID, which bounces quote, and in the body. */
  readonly token: string;
  /** Words of the Subject in front of the token. */
  readonly subject?: string;
  /** Left part of the Message-ID; the token where none is given. */
  readonly id?: string;
  /** Domain of the Message-ID; the name given in EHLO where none is given. */
  readonly idDomain?: string;
  /** Whole header fields above the ordinary ones. */
  readonly above?: readonly string[];
  /** Whole header fields below the ordinary ones. */
  readonly below?: readonly string[];
  /** Ordinary fields that the message lacks. */
  readonly without?: readonly ('Date' | 'Message-ID')[];
  /** Lines of the body; one that names the token where none are given. */
  readonly body?: readonly string[];
  /**
   * The body stays as it is given, without the line that says whose message it is; the header field does. A body that
   * is given is exact unless this says no.
   */
  readonly exact?: boolean;
}

/**
 * A message of neutral wording with the fields that every message should have (RFC 5322 §3.6), lines ended by CRLF. At a
 * server that runs already it says whose it is.
 */
export function compose(
  { bytes, helloName, imprint }: Pick<Services, 'bytes' | 'helloName' | 'imprint'>,
  {
    from,
    to,
    token,
    subject = 'Minutes of the meeting',
    id = token,
    idDomain,
    above = [],
    below = [],
    without = [],
    body: given,
    exact = given !== undefined,
  }: NeutralMessage,
): Buffer {
  const body = given ?? [`The minutes of the meeting are complete. Reference ${token}.`];
  return bytes.lines(
    ...above,
    ...(typeof from === 'string' ? [`From: <${from || `probe@${helloName}`}>`] : from),
    to === undefined ? 'To: undisclosed-recipients:;' : `To: <${to}>`,
    `Subject: ${subject} ${token}`,
    ...(without.includes('Date') ? [] : [dateField()]),
    ...(without.includes('Message-ID') ? [] : [`Message-ID: <${id}@${idDomain || helloName}>`]),
    ...imprint.fields,
    ...below,
    '',
    ...body,
    ...(exact ? [] : imprint.lines),
  );
}

/** A Date field of now (RFC 5322 §3.6.1). */
export function dateField(): string {
  return `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`;
}
