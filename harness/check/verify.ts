import type { Answer } from '../client/answer.ts';

/** Anything with a code, or with a status word, that a server answered. */
export interface AnyReply {
  /** Reply code of SMTP; IMAP's response code, a word, is no code in this sense. */
  readonly code?: number | string | undefined;
  readonly status?: string | undefined;
  readonly text: string;
}

export interface ReplyVerifier {
  /** The code is one of these. */
  code(...codes: readonly number[]): boolean;
  /** The first digit of the code is one of these (RFC 5321 §4.2.1). */
  codeClass(...classes: readonly (2 | 3 | 4 | 5)[]): boolean;
  /** The status word is one of these (POP3 `+OK`, `-ERR`; IMAP `OK`, `NO`, `BAD`, `+`). */
  status(...words: readonly string[]): boolean;
}

/**
 * The assertion vocabulary. It carries no severity: level and severity belong to the check. Each
 * call records what was expected and what came, and returns whether it held; none throws.
 */
export interface Verify {
  /** A statement that must hold. `expected` and `actual` are shown to people; `actual` may hold server octets. */
  that(held: boolean, statement: { demand: string; expected: string; actual: string | Uint8Array }): boolean;
  /** About a reply; `demand` is the statement about the server that the following call checks. */
  reply(reply: AnyReply, demand: string): ReplyVerifier;
  /** About an answer in which an end of the connection or silence may count; only what is listed is accepted. */
  answer<Reply extends AnyReply>(
    answer: Answer<Reply>,
    demand: string,
    accept: {
      readonly codeClasses?: readonly number[];
      readonly statuses?: readonly string[];
      readonly closed?: boolean;
      readonly silence?: boolean;
    },
  ): boolean;
  /** Octets that must be empty, because nobody asked for any. */
  nothing(octets: Uint8Array, demand: string): boolean;
  /** The same vocabulary for what is desirable: a miss is a deviation, which ends in `warn`. */
  readonly ideally: Omit<Verify, 'ideally'>;
}
