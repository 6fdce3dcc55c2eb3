import { randomInt } from 'node:crypto';
import type { Endpoint } from '../model/endpoint.ts';
import { type Carried, overTcp, overUdp } from '../wire/dns-transport.ts';
import {
  type DnsResponse,
  isAnswerTo,
  type QueryOptions,
  type Question,
  readResponse,
  writeQuery,
} from './message.ts';

/** What became of one query to one server. */
export type Exchanged =
  | { readonly kind: 'response'; readonly response: DnsResponse; readonly over: 'UDP' | 'TCP' }
  | Exclude<Carried<never>, { readonly kind: 'answer' }>;

export interface ExchangeOptions extends Omit<QueryOptions, 'id'> {
  /** Milliseconds for each of the two transports. */
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/**
 * One query over UDP, from a port that the system draws, with a number that nobody can guess (RFC 5452 §9.2); over TCP
 * where the answer is cut off (RFC 7766 §5). Packets that do not answer this very query are passed over.
 */
export async function exchange(
  server: Endpoint,
  question: Question,
  options: ExchangeOptions,
): Promise<Exchanged> {
  const query = () => {
    const id = randomInt(0x10000);
    const packet = writeQuery(question, { ...options, id });
    const read = (octets: Buffer): DnsResponse | null => {
      try {
        const response = readResponse(octets);
        return isAnswerTo(response, question, id) ? response : null;
      } catch (failure) {
        if (failure instanceof RangeError) return null;
        throw failure;
      }
    };
    return { packet, read };
  };
  const short = await overUdp(server, query(), options);
  if (short.kind !== 'answer') return short;
  if (!short.answer.truncated) return { kind: 'response', response: short.answer, over: 'UDP' };
  const long = await overTcp(server, query(), options);
  return long.kind === 'answer' ? { kind: 'response', response: long.answer, over: 'TCP' } : long;
}
