import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Endpoint } from '../../../model/endpoint.ts';
import { type DnsResponse, readResponse, writeQuery } from './message.ts';

/** Deadline of one query, in milliseconds. */
const QUERY_MS = 2_000;

/** One query over UDP, and over TCP when the answer is cut off; null when none comes. */
export async function exchange(
  server: Endpoint,
  name: string,
  type: number,
  signal: AbortSignal,
): Promise<DnsResponse | null> {
  // A timer that can be taken back: that of AbortSignal.timeout fires for every query, answered or not.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), QUERY_MS);
  const ended = AbortSignal.any([signal, late.signal]);
  try {
    return await exchangeUntil(ended, server, name, type);
  } finally {
    clearTimeout(timer);
  }
}

async function exchangeUntil(
  ended: AbortSignal,
  server: Endpoint,
  name: string,
  type: number,
): Promise<DnsResponse | null> {
  const query = writeQuery(name, type);
  const read = (packet: Buffer): DnsResponse | null => {
    try {
      const response = readResponse(packet);
      return response.id === query.id ? response : null;
    } catch (failure) {
      if (failure instanceof RangeError) return null;
      throw failure;
    }
  };
  const short = await overUdp(server, query.packet, ended);
  const response = short && read(short);
  if (!response?.truncated) return response;
  const long = await overTcp(server, query.packet, ended);
  return long && read(long);
}

function overUdp({ host, port }: Endpoint, packet: Buffer, ended: AbortSignal): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const settle = (answer: Buffer | null) => {
      ended.removeEventListener('abort', onEnd);
      socket.removeAllListeners('message');
      socket.close();
      resolve(answer);
    };
    const onEnd = () => settle(null);
    if (ended.aborted) return settle(null);
    ended.addEventListener('abort', onEnd, { once: true });
    socket.once('message', settle);
    // Nobody listens there: the deadline says the same.
    socket.on('error', () => undefined);
    socket.send(packet, port, host);
  });
}

function overTcp({ host, port }: Endpoint, packet: Buffer, ended: AbortSignal): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let received: Buffer = Buffer.alloc(0);
    const settle = (answer: Buffer | null) => {
      ended.removeEventListener('abort', onEnd);
      socket.destroy();
      resolve(answer);
    };
    const onEnd = () => settle(null);
    ended.addEventListener('abort', onEnd, { once: true });
    socket.on('error', onEnd);
    socket.on('close', onEnd);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      settle(received.subarray(2, 2 + received.readUInt16BE(0)));
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(packet.length, 0);
    socket.write(Buffer.concat([length, packet]));
  });
}
