import type { Endpoint } from '../model/endpoint.ts';
import { type Exchanged, exchange } from './exchange.ts';
import type { DnsResponse, Question } from './message.ts';
import { spelled } from './name.ts';
import { FORMERR, NOERROR, NOTIMP, NXDOMAIN, typeName } from './types.ts';

/** What the resolvers say to one question. */
export type Reply =
  | { readonly kind: 'response'; readonly response: DnsResponse; readonly server: Endpoint }
  /** None of them answers; `text` is a sentence. */
  | { readonly kind: 'silent'; readonly failure: 'timeout' | 'unreachable'; readonly text: string };

export interface AskOptions {
  /** What does not validate is wanted too. */
  readonly checkingDisabled: boolean;
}

/** Asks the resolvers that were named, and nobody else. */
export interface Stub {
  ask(question: Question, options: AskOptions): Promise<Reply>;
}

/** How long each try may take, in milliseconds (RFC 1123 §6.1.3.3: later ones longer). */
const TRIES: readonly number[] = [1_500, 3_000, 5_000];
/** Who does not want to answer, or cannot, is asked so often. */
const ROUNDS_WITH_REFUSALS = 2;
/** BADVERS (RFC 6891 §9). */
const BADVERS = 16;

/**
 * A stub resolver: one server after another, and all of them again where none answered.
 * @param servers in the order in which they are asked
 * @param tries milliseconds for each round
 */
export function createStub({
  servers,
  signal,
  tries = TRIES,
}: {
  readonly servers: readonly Endpoint[];
  readonly signal: AbortSignal;
  readonly tries?: readonly number[];
}): Stub {
  const inFlight = new Map<string, Promise<Reply>>();

  async function askOne(
    server: Endpoint,
    question: Question,
    options: AskOptions,
    withinMs: number,
  ): Promise<Exchanged> {
    const found = await exchange(server, question, { ...options, edns: true, withinMs, signal });
    if (found.kind !== 'response' || ![FORMERR, NOTIMP, BADVERS].includes(found.response.rcode)) return found;
    const plain = await exchange(server, question, { ...options, edns: false, withinMs, signal });
    return plain.kind === 'response' ? plain : found;
  }

  async function askAll(question: Question, options: AskOptions): Promise<Reply> {
    let last: Exchanged = { kind: 'timeout' };
    let refusal: Reply | undefined;
    let refusedRounds = 0;
    for (const withinMs of tries) {
      for (const server of servers) {
        last = await askOne(server, question, options, withinMs);
        if (last.kind !== 'response') continue;
        const reply = { kind: 'response', response: last.response, server } as const;
        if ([NOERROR, NXDOMAIN].includes(last.response.rcode)) return reply;
        // A failure for a moment, or of this server alone, is no answer of the DNS yet.
        refusal = reply;
      }
      refusedRounds += refusal ? 1 : 0;
      if (refusedRounds === ROUNDS_WITH_REFUSALS || signal.aborted) break;
    }
    if (refusal) return refusal;
    const asked = servers.map(({ host, port }) => `${host} port ${port}`).join(', ');
    const what = `${typeName(question.type)} of ${spelled(question.name)}`;
    return last.kind === 'unreachable'
      ? {
          kind: 'silent',
          failure: 'unreachable',
          text: `The resolver ${asked} cannot be asked for ${what}: ${last.text}.`,
        }
      : {
          kind: 'silent',
          failure: 'timeout',
          text: `The resolver ${asked} does not answer a query for ${what}, ${tries.length} times.`,
        };
  }

  return {
    ask(question, options) {
      const key = `${question.name} ${question.type} ${options.checkingDisabled}`;
      const asked = inFlight.get(key) ?? askAll(question, options).finally(() => void inFlight.delete(key));
      inFlight.set(key, asked);
      return asked;
    },
  };
}
