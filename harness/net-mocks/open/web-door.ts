import { connect, createServer, type Socket } from 'node:net';
import { findHandshake, holdsRecord, readClientHello } from '../wire/client-hello.ts';
import { closeServer, type Endpoint, listen, peerOf } from '../wire/listen.ts';
import type { Places } from './allowance.ts';

/** The HTTPS port that all runs share: a client is brought to the run whose name it asks for, the others are left. */
export interface WebDoor {
  readonly endpoint: Endpoint;
  close(): Promise<void>;
}

/** Who says nothing for so long is left, in milliseconds. */
const IDLE_MS = 60_000;
/** A ClientHello is not longer. */
const MOST_BEFORE_NAME = 65_536;

/** @param hostOf where the hosts of a name are served; undefined for names that nobody has */
export async function startWebDoor(
  at: Endpoint,
  hostOf: (serverName: string) => Endpoint | undefined,
  places: Places,
): Promise<WebDoor> {
  const sockets = new Set<Socket>();
  const own = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(IDLE_MS, () => socket.destroy());
  };
  const server = createServer({ noDelay: true }, (client) => {
    own(client);
    const gone = new Promise((resolve) => client.once('close', resolve));
    if (!places.take(peerOf(client).address, gone)) {
      client.destroy();
      return;
    }
    let heard: Buffer = Buffer.alloc(0);
    const listenIn = (chunk: Buffer): void => {
      heard = Buffer.concat([heard, chunk]);
      const isHello = findHandshake(heard) === 0;
      if (isHello && !holdsRecord(heard) && heard.length <= MOST_BEFORE_NAME) return;
      client.off('data', listenIn);
      client.pause();
      const name = isHello && holdsRecord(heard) ? readClientHello(heard)?.serverName : undefined;
      const host = name ? hostOf(name) : undefined;
      if (host === undefined) {
        client.destroy();
        return;
      }
      const upstream = connect({ host: host.address, port: host.port, noDelay: true });
      own(upstream);
      upstream.write(heard);
      upstream.pipe(client);
      client.pipe(upstream);
      upstream.on('close', () => client.destroy());
      client.on('close', () => upstream.destroy());
    };
    client.on('data', listenIn);
  });
  const endpoint = await listen(server, at);
  return { endpoint, close: () => closeServer(server, sockets) };
}
