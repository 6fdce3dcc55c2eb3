import { connect, createServer } from 'node:net';
import type { Endpoint } from '../../model/endpoint.ts';

export interface ClosedPort {
  readonly endpoint: Endpoint;
  /** Gives the port back. */
  release(): Promise<void>;
}

/**
 * A port that refuses connections for as long as it is held: it is the source port of a connection
 * within this process, so that no listener can be given it meanwhile.
 */
export async function holdClosedPort(host: string): Promise<ClosedPort> {
  const server = createServer((peer) => peer.on('error', () => peer.destroy()).resume());
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port: 0, exclusive: true }, () => {
      const bound = server.address();
      if (bound !== null && typeof bound === 'object') resolve(bound.port);
      else reject(new Error(`Expected a listener bound to an IP address, got ${String(bound)}.`));
    });
  });
  const holder = connect({ host, port });
  await new Promise<void>((resolve, reject) => {
    holder.once('connect', resolve);
    holder.once('error', reject);
  });
  const held = holder.localPort;
  if (held === undefined) throw new Error('Expected a connected socket to have a local port.');
  return {
    endpoint: { host, port: held },
    release: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        holder.destroy();
      }),
  };
}
