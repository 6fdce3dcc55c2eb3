import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { Endpoint } from '../model/endpoint.ts';
import { afterOwnTime } from './deadline.ts';

/** What came of a packet with a DNS query. */
export type Carried<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** Nothing that answers the query came in time. */
  | { readonly kind: 'timeout' }
  /** Nobody listens there, the way to it is closed, or what comes is no answer; `text` says so, without full stop. */
  | { readonly kind: 'unreachable'; readonly text: string };

/** A query in octets, and what reads its answer. */
export interface CarriedQuery<Answer> {
  readonly packet: Buffer;
  /** Null for octets that are no answer to the query. */
  read(octets: Buffer): Answer | null;
}

export interface CarryOptions {
  /** Milliseconds that an answer may take. */
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

const OTHER_PACKETS = 'it sends packets that are not the answer';

/** Sends a query over UDP, from a port that the system draws; packets that do not answer it are passed over. */
export function overUdp<Answer>(
  { host, port }: Endpoint,
  { packet, read }: CarriedQuery<Answer>,
  { withinMs, signal }: CarryOptions,
): Promise<Carried<Answer>> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ kind: 'timeout' });
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const settle = (outcome: Carried<Answer>) => {
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
      const answer = read(octets);
      heard = true;
      if (answer !== null) settle({ kind: 'answer', answer });
    });
    // A connected socket gets nothing from other addresses (RFC 5452 §9.1), and is told where nobody listens.
    socket.once('connect', () => socket.send(packet));
    socket.connect(port, host);
  });
}

/** Sends a query over a TCP connection of its own, after two octets that say how long it is (RFC 1035 §4.2.2). */
export function overTcp<Answer>(
  { host, port }: Endpoint,
  { packet, read }: CarriedQuery<Answer>,
  { withinMs, signal }: CarryOptions,
): Promise<Carried<Answer>> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ kind: 'timeout' });
    const socket = connect({ host, port });
    let received: Buffer = Buffer.alloc(0);
    const settle = (outcome: Carried<Answer>) => {
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
      const answer = read(received.subarray(2, 2 + received.readUInt16BE(0)));
      settle(answer === null ? { kind: 'unreachable', text: OTHER_PACKETS } : { kind: 'answer', answer });
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(packet.length, 0);
    socket.write(Buffer.concat([length, packet]));
  });
}
