import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Endpoint } from '../../model/endpoint.ts';

/** A resolver for tests, which asks one of two name servers: what lies in a zone the one, all else the other. */
export interface ResolverBetween {
  readonly endpoint: Endpoint;
  close(): Promise<void>;
}

/** @param host where it listens, over UDP and TCP */
export async function startResolverBetween(
  host: string,
  zone: string,
  inZone: Endpoint,
  elsewhere: Endpoint,
): Promise<ResolverBetween> {
  const upstreamFor = (packet: Buffer): Endpoint => {
    const { name, type } = questionOf(packet);
    const isCut = type === DS && name === zone;
    return !isCut && `.${name}`.endsWith(`.${zone}`) ? inZone : elsewhere;
  };
  const sockets = new Set<Socket>();
  const own = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    return socket.on('error', () => socket.destroy());
  };
  const tcp = createServer((client) => {
    own(client).once('data', (frame: Buffer) => {
      const to = upstreamFor(frame.subarray(2));
      const upstream = own(connect({ host: to.host, port: to.port }));
      upstream.write(frame);
      upstream.pipe(client);
      client.pipe(upstream);
    });
  });
  tcp.listen(0, host);
  await once(tcp, 'listening');
  const bound = tcp.address();
  const port = typeof bound === 'object' && bound ? bound.port : 0;
  const udp = createSocket('udp4');
  const asking = new Set<ReturnType<typeof createSocket>>();
  udp.on('message', (packet, from) => {
    const to = upstreamFor(packet);
    const asked = createSocket('udp4');
    asking.add(asked);
    const end = () => {
      if (asking.delete(asked)) asked.close();
    };
    const timer = setTimeout(end, 10_000);
    asked.on('error', () => undefined);
    asked.once('message', (answer) => {
      clearTimeout(timer);
      udp.send(answer, from.port, from.address, () => undefined);
      end();
    });
    asked.send(packet, to.port, to.host, () => undefined);
    timer.unref();
  });
  udp.bind(port, host);
  await once(udp, 'listening');
  return {
    endpoint: { host, port },
    async close() {
      for (const socket of sockets) socket.destroy();
      for (const one of asking) one.close();
      asking.clear();
      udp.close();
      tcp.close();
      await once(tcp, 'close');
    },
  };
}

const DS = 43;

/** Name, in lower case, and type of the question of a query. */
function questionOf(packet: Buffer): { name: string; type: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = packet[at] ?? 0; length > 0; length = packet[at] ?? 0) {
    labels.push(packet.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += 1 + length;
  }
  return { name: labels.join('.'), type: packet.length >= at + 3 ? packet.readUInt16BE(at + 1) : 0 };
}
