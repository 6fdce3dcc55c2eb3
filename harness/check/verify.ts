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

/** A value that is shown as it is; null and undefined are shown as `none`. */
export type Plain = string | number | boolean | null | undefined;

/** How a thing that is looked for is called, and how one that is there is shown. */
export interface Shown<Value> {
  /** Such as `a query for _dmarc.example.test`. */
  readonly what: string;
  /** What is shown of it; `what` where nothing is given. May hold server octets. */
  readonly as?: (value: Value) => string;
}

/**
 * The assertion vocabulary. It carries no severity: level and severity belong to the check. Each
 * call records what was expected and what came, and returns whether it held; none throws.
 */
export interface Verify {
  /** A statement that must hold. `expected` and `actual` are shown to people; `actual` may hold server octets. */
  that(held: boolean, statement: { demand: string; expected: string; actual: string | Uint8Array }): boolean;
  /** Something must be there. What is expected and found comes from the value: nobody writes it by hand. */
  found<Value>(value: Value | null | undefined, demand: string, shown: Shown<Value>): value is Value;
  /** Nothing must be there. */
  absent<Value>(value: Value | null | undefined, demand: string, shown: Shown<Value>): boolean;
  /** Two values must be the same. */
  equal(actual: Plain, expected: Plain, demand: string): boolean;
  /** The value must be one of these. */
  oneOf(actual: Plain, allowed: readonly Plain[], demand: string): boolean;
  /** The text must match; `expected` says in words what the pattern asks for. */
  matches(text: string, pattern: RegExp, statement: { demand: string; expected: string }): boolean;
  /** What must hold does, and this is what shows it. */
  met(demand: string, because: string): true;
  /** What must hold does not. */
  missed(demand: string, found: { expected: string; actual: string | Uint8Array }): false;
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
