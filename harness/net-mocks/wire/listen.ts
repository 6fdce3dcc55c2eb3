import type { AddressInfo, Server, Socket } from 'node:net';

export interface Endpoint {
  address: string;
  port: number;
}

/** Starts listening; rejects with the system error when the address cannot be bound. */
export function listen(server: Server, at: Endpoint): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: at.address, port: at.port, exclusive: true }, () => {
      server.off('error', reject);
      const bound = server.address();
      if (bound === null || typeof bound === 'string')
        reject(new Error(`expected the server to be bound to an IP address, got ${String(bound)}`));
      else resolve({ address: bound.address, port: (bound satisfies AddressInfo).port });
    });
  });
}

/** Ends a server and every connection it still has; resolves when nothing is left. */
export function closeServer(server: Server, connections: Iterable<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const connection of connections) connection.destroy();
  });
}

/** The address and port of the other side; empty values when it is already gone. */
export function peerOf(socket: Socket): Endpoint {
  return { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
}
