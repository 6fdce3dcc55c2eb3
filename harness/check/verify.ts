import type { Answer } from '../client/answer.ts';
import type { Recorder } from '../evidence/recorder.ts';
import { printable, visibleExcerpt } from '../evidence/visible.ts';

/** One verification as data; every text is in visible notation. */
export interface Verification {
  /** What was demanded, as a statement about the server. */
  readonly demand: string;
  readonly expected: string;
  readonly actual: string;
  readonly held: boolean;
  /** True: not holding is a violation; false: a deviation that is tolerated. */
  readonly strict: boolean;
  /** Sequence number of the `verify` event in the evidence. */
  readonly at: number;
}

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

/**
 * A `Verify` that appends to `verifications` and to the evidence.
 * @param over fires when the body must end: its connections are closed then, which to the body looks
 *   as if the server fell silent, so that nothing counts any more
 */
export function createVerify(recorder: Recorder, verifications: Verification[], over?: AbortSignal): Verify {
  return {
    ...vocabulary(recorder, verifications, true, over),
    ideally: vocabulary(recorder, verifications, false, over),
  };
}

function vocabulary(
  recorder: Recorder,
  verifications: Verification[],
  strict: boolean,
  over: AbortSignal | undefined,
): Omit<Verify, 'ideally'> {
  function that(held: boolean, { demand, expected, actual }: Parameters<Verify['that']>[1]): boolean {
    return about(held, demand, printable(expected), visibleExcerpt(actual, 600));
  }
  /** Replies carry their text in visible notation already; it must not be mapped twice. */
  function about(held: boolean, demand: string, expectedText: string, actualText: string): boolean {
    if (over?.aborted) return held;
    // Servers echo what they were sent, passwords included.
    const expected = recorder.clean(expectedText);
    const actual = recorder.clean(actualText);
    const at = recorder.event(0, { kind: 'verify', demand, expected, actual, held, strict });
    verifications.push({ demand, expected, actual, held, strict, at });
    return held;
  }

  return {
    that,
    reply: (reply, demand) => ({
      code: (...codes) => about(codes.includes(numeric(reply)), demand, codes.join(' or '), reply.text),
      codeClass: (...classes) =>
        about(
          classes.some((digit) => digit === Math.floor(numeric(reply) / 100)),
          demand,
          classes.map((digit) => `${digit}yz`).join(' or '),
          reply.text,
        ),
      status: (...words) => about(words.includes(reply.status ?? ''), demand, words.join(' or '), reply.text),
    }),
    answer(answer, demand, accept) {
      const expected = [
        ...(accept.codeClasses ?? []).map((digit) => `${digit}yz`),
        ...(accept.statuses ?? []),
        ...(accept.closed ? ['end of the connection'] : []),
        ...(accept.silence ? ['no answer'] : []),
      ].join(' or ');
      switch (answer.kind) {
        case 'closed':
          return about(accept.closed === true, demand, expected, `end of the connection (${answer.how})`);
        case 'silence':
          return about(accept.silence === true, demand, expected, `no answer within ${answer.waitedMs} ms`);
        case 'reply': {
          const { status, text } = answer.reply;
          const held =
            (accept.codeClasses ?? []).includes(Math.floor(numeric(answer.reply) / 100)) ||
            (status !== undefined && (accept.statuses ?? []).includes(status));
          return about(held, demand, expected, text);
        }
      }
    },
    nothing: (octets, demand) =>
      that(octets.length === 0, {
        demand,
        expected: 'nothing',
        actual: octets.length === 0 ? 'nothing' : octets,
      }),
  };
}

/** The reply code, or 0 for a reply that has none. */
function numeric({ code }: AnyReply): number {
  return typeof code === 'number' ? code : 0;
}
