import type { Endpoint } from '../../../model/endpoint.ts';
import { overTcp, overUdp } from '../../../wire/dns-transport.ts';
import { type DnsResponse, readResponse, writeQuery } from './message.ts';

/** Deadline of one query over one transport, in milliseconds. */
const QUERY_MS = 2_000;

/** One query over UDP, and over TCP when the answer is cut off; null when none comes. */
export async function exchange(
  server: Endpoint,
  name: string,
  type: number,
  signal: AbortSignal,
): Promise<DnsResponse | null> {
  const { id, packet } = writeQuery(name, type);
  const read = (octets: Buffer): DnsResponse | null => {
    try {
      const response = readResponse(octets);
      return response.id === id ? response : null;
    } catch (failure) {
      if (failure instanceof RangeError) return null;
      throw failure;
    }
  };
  const options = { withinMs: QUERY_MS, signal };
  const short = await overUdp(server, { packet, read }, options);
  if (short.kind !== 'answer') return null;
  if (!short.answer.truncated) return short.answer;
  const long = await overTcp(server, { packet, read }, options);
  return long.kind === 'answer' ? long.answer : null;
}
