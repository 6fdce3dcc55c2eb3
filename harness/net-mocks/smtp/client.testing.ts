import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import type { Endpoint } from '../wire/listen.ts';

/** A raw socket for tests: writes what it is told and shows exactly what comes. */
export interface RawClient {
  socket: Socket;
  /** What has come and was not yet taken. */
  readonly pending: string;
  send(octets: string | Buffer): void;
  /** One reply with all its lines (Latin-1); rejects when the connection ends first. */
  reply(): Promise<string>;
  /** Sends a command and reads its reply. */
  ask(command: string): Promise<string>;
  /** How the connection ended: null for an orderly end, otherwise the error code. */
  ended: Promise<string | null>;
  startTls(options?: ConnectionOptions): Promise<TLSSocket>;
  close(): void;
}

const LAST_LINE = /^(?:\d{3}-.*\r\n)*\d{3}(?: .*)?\r\n/;

export async function connectRaw(to: Endpoint, localAddress?: string): Promise<RawClient> {
  const socket = connect({
    host: to.address,
    port: to.port,
    noDelay: true,
    ...(localAddress === undefined ? {} : { localAddress }),
  });
  await once(socket, 'connect');
  return rawClient(socket);
}

export function rawClient(first: Socket): RawClient {
  let socket = first;
  let pending = '';
  let over = false;
  let wake = (): void => {};
  const { promise: ended, resolve } = Promise.withResolvers<string | null>();
  const onData = (chunk: Buffer): void => {
    pending += chunk.toString('latin1');
    wake();
  };
  const onError = (problem: NodeJS.ErrnoException): void => resolve(problem.code ?? problem.message);
  const onClose = (): void => {
    over = true;
    resolve(null);
    wake();
  };
  const attach = (): void => {
    socket.on('data', onData).on('error', onError).on('close', onClose);
  };
  attach();

  const client: RawClient = {
    get socket() {
      return socket;
    },
    get pending() {
      return pending;
    },
    ended,
    send: (octets) => void socket.write(octets),
    async reply() {
      for (;;) {
        const found = LAST_LINE.exec(pending)?.[0];
        if (found !== undefined) {
          pending = pending.slice(found.length);
          return found;
        }
        if (over) throw new Error(`expected a reply, the connection ended with ${JSON.stringify(pending)}`);
        await new Promise<void>((next) => {
          wake = next;
        });
      }
    },
    ask(command) {
      client.send(`${command}\r\n`);
      return client.reply();
    },
    async startTls(options = {}) {
      socket.removeAllListeners('data');
      const secure = connectTls({ socket, rejectUnauthorized: false, ...options });
      socket = secure;
      secure.on('error', onError);
      await once(secure, 'secureConnect');
      attach();
      return secure;
    },
    close: () => void socket.destroy(),
  };
  return client;
}
