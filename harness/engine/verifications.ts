import type { AnyReply, Plain, Shown, Verify } from '../check/verify.ts';
import type { Recorder } from '../evidence/recorder.ts';
import { printable, visibleExcerpt } from '../evidence/visible.ts';
import type { Verification } from '../model/verification.ts';

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
    return about(held, demand, printable(expected), excerpt(actual));
  }
  /** Both are values: one notation for both, so that the same value looks the same. */
  function compared(held: boolean, demand: string, expected: string, actual: string): boolean {
    return about(held, demand, excerpt(expected), excerpt(actual));
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

  /** The value in words; null and undefined are nothing. */
  const shown = <Value>(value: Value | null | undefined, { what, as }: Shown<Value>): string =>
    value === null || value === undefined ? 'none' : (as?.(value) ?? what);

  return {
    that,
    found<Value>(value: Value | null | undefined, demand: string, as: Shown<Value>): value is Value {
      const held = value !== null && value !== undefined;
      return that(held, { demand, expected: as.what, actual: shown(value, as) });
    },
    absent: (value, demand, as) =>
      that(value === null || value === undefined, { demand, expected: 'none', actual: shown(value, as) }),
    equal: (actual, expected, demand) =>
      compared(actual === expected, demand, plain(expected), plain(actual)),
    oneOf: (actual, allowed, demand) =>
      compared(allowed.includes(actual), demand, allowed.map(plain).join(' or '), plain(actual)),
    // `test` would go on where a pattern with the flag g stopped before.
    matches: (text, pattern, { demand, expected }) =>
      that(text.search(pattern) >= 0, { demand, expected, actual: text === '' ? 'nothing' : text }),
    met(demand, because) {
      compared(true, demand, because, because);
      return true;
    },
    missed(demand, { expected, actual }) {
      that(false, { demand, expected, actual });
      return false;
    },
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

/** What came, in visible notation and not too long. */
function excerpt(actual: string | Uint8Array): string {
  return visibleExcerpt(actual, 600);
}

/** A plain value in words. */
function plain(value: Plain): string {
  return value === null || value === undefined ? 'none' : String(value);
}

/** The reply code, or 0 for a reply that has none. */
function numeric({ code }: AnyReply): number {
  return typeof code === 'number' ? code : 0;
}
