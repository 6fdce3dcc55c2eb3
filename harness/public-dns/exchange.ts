import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { Endpoint } from '../model/endpoint.ts';
import { afterOwnTime } from '../wire/deadline.ts';
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
  /** Nothing that answers the query came in time. */
  | { readonly kind: 'timeout' }
  /** Nobody listens there, the way to it is closed, or what comes is no answer; `text` says so, without full stop. */
  | { readonly kind: 'unreachable'; readonly text: string };

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
  if (short.kind !== 'response' || !short.response.truncated) return short;
  return overTcp(server, query(), options);
}

interface Query {
  readonly packet: Buffer;
  /** Null for octets that are no answer to the query. */
  read(octets: Buffer): DnsResponse | null;
}

const OTHER_PACKETS = 'it sends packets that are not the answer';

function overUdp(
  { host, port }: Endpoint,
  { packet, read }: Query,
  { withinMs, signal }: ExchangeOptions,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ kind: 'timeout' });
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const settle = (outcome: Exchanged) => {
      timer.cancel();
      signal.removeEventListener('abort', onEnd);
      socket.removeAllListeners('message');
      try {
        socket.close();
      } catch {
        // It was closed by an error of its own.
      }
      resolve(outcome);
    };
    let heard = false;
    const onEnd = () => settle(heard ? { kind: 'unreachable', text: OTHER_PACKETS } : { kind: 'timeout' });
    const timer = afterOwnTime(withinMs, onEnd);
    signal.addEventListener('abort', onEnd, { once: true });
    socket.on('error', (failure) => settle({ kind: 'unreachable', text: failure.message }));
    socket.on('message', (octets) => {
      const response = read(octets);
      heard = true;
      if (response) settle({ kind: 'response', response, over: 'UDP' });
    });
    // A connected socket gets nothing from other addresses (RFC 5452 §9.1), and is told where nobody listens.
    socket.once('connect', () => socket.send(packet));
    socket.connect(port, host);
  });
}

function overTcp(
  { host, port }: Endpoint,
  { packet, read }: Query,
  { withinMs, signal }: ExchangeOptions,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ kind: 'timeout' });
    const socket = connect({ host, port });
    let received: Buffer = Buffer.alloc(0);
    const settle = (outcome: Exchanged) => {
      timer.cancel();
      signal.removeEventListener('abort', onEnd);
      socket.removeAllListeners('data');
      socket.destroy();
      resolve(outcome);
    };
    const onEnd = () => settle({ kind: 'timeout' });
    const timer = afterOwnTime(withinMs, onEnd);
    signal.addEventListener('abort', onEnd, { once: true });
    socket.on('error', (failure) => settle({ kind: 'unreachable', text: failure.message }));
    socket.on('close', () => settle({ kind: 'unreachable', text: 'it closes the connection' }));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const response = read(received.subarray(2, 2 + received.readUInt16BE(0)));
      settle(
        response ? { kind: 'response', response, over: 'TCP' } : { kind: 'unreachable', text: OTHER_PACKETS },
      );
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(packet.length, 0);
    socket.write(Buffer.concat([length, packet]));
  });
}
