import { connect as connectTcp, type Socket } from 'node:net';
import { line } from './bytes.ts';
import type { ConnectOptions } from './connection.ts';
import { afterOwnTime } from './deadline.ts';
import { Unreachable } from './failures.ts';
import { openRelayed } from './relayed.ts';
import { writtenEndpoint } from './written-endpoint.ts';

/** A connected socket, and the address and port that the server sees. */
export interface OpenedSocket {
  readonly socket: Socket;
  readonly localAddress: string;
}

/**
 * Connects, directly or through a relay; a failure is recorded.
 * @throws Unreachable when it is refused, reset, unroutable, aborted or not answered within the deadline.
 */
export async function openSocket(options: ConnectOptions, address: string): Promise<OpenedSocket> {
  const { via, endpoint, recorder, number, role, replyMs, signal, announcing } = options;
  if (!via) {
    const socket = await openDirectly(options, address);
    if (announcing !== undefined) {
      // As version 1 of the protocol has it; addresses of one family, so that the server stands at one that is nobody's.
      socket.write(line(`PROXY TCP6 ${announcing} :: ${socket.localPort} ${socket.remotePort}`));
      return { socket, localAddress: announcing };
    }
    return {
      socket,
      localAddress: writtenEndpoint({ host: socket.localAddress ?? '', port: socket.localPort ?? 0 }),
    };
  }
  try {
    return {
      socket: await openRelayed(via, endpoint, replyMs, signal),
      localAddress: via.address,
    };
  } catch (failure) {
    if (failure instanceof Unreachable) {
      recorder.event(number, { kind: 'refused', role, address, code: failure.code });
    }
    throw failure;
  }
}

function openDirectly(options: ConnectOptions, address: string): Promise<Socket> {
  const { endpoint, recorder, number, role, replyMs, localAddress, signal } = options;
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ ...endpoint, ...(localAddress ? { localAddress } : {}), noDelay: true });
    const fail = (code: string) => {
      socket.destroy();
      settle();
      recorder.event(number, { kind: 'refused', role, address, code });
      reject(new Unreachable(address, code));
    };
    const onAbort = () => fail('EABORTED');
    const onError = (error: NodeJS.ErrnoException) => fail(error.code ?? 'EUNKNOWN');
    const timer = afterOwnTime(replyMs, () => fail('ETIMEDOUT'));
    const settle = () => {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    // A server that resets during set-up may raise a second error after the first was handled.
    socket.on('error', () => undefined);
    socket.once('connect', () => {
      if (meetsItself(socket)) {
        fail('ECONNREFUSED');
        return;
      }
      settle();
      resolve(socket);
    });
    if (signal?.aborted) fail('EABORTED');
  });
}

/**
 * Whether a connection leads to itself: the system gave it the port that it calls as its own, and nobody listens
 * there (simultaneous open, RFC 9293 §3.5). On loopback this happens once in some ten thousand calls of a closed port.
 */
export function meetsItself({ localAddress, localPort, remoteAddress, remotePort }: Socket): boolean {
  return localPort !== undefined && localPort === remotePort && localAddress === remoteAddress;
}
