import { createServer, type Socket } from 'node:net';
import type { Endpoint } from '../../model/endpoint.ts';
import { createConnection, type ServerConnection } from './connection.ts';
import { IdleTooLong, SessionEnded } from './endings.ts';

export interface Listener {
  readonly endpoint: Endpoint;
  /**
   * Ends the port and every connection on it.
   * @throws AggregateError when a session ended in a defect of this server
   */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** Pause before every write, in milliseconds. */
  readonly replyDelayMs: number;
  /** Clients say in a PROXY header which address they have: one that no socket on loopback can have. */
  readonly announced?: true;
}

/** Listens on a free port and runs `serve` for every connection. */
export async function listen(
  options: ListenOptions,
  serve: (connection: ServerConnection) => Promise<void>,
): Promise<Listener> {
  const sockets = new Set<Socket>();
  const sessions = new Set<Promise<void>>();
  const defects: unknown[] = [];

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const connection = createConnection(socket, options.replyDelayMs);
    const announced = options.announced ? connection.readAnnouncement() : Promise.resolve();
    const session = announced
      .then(() => serve(connection))
      .then(
        () => connection.finish(),
        (failure: unknown) => {
          connection.destroy();
          if (!(failure instanceof SessionEnded || failure instanceof IdleTooLong)) defects.push(failure);
        },
      );
    sessions.add(session);
    void session.finally(() => sessions.delete(session));
  });

  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: 0, exclusive: true }, () => {
      const bound = server.address();
      if (bound !== null && typeof bound === 'object') resolve(bound.port);
      else reject(new Error(`Expected a listener bound to an IP address, got ${String(bound)}.`));
    });
  });

  return {
    endpoint: { host: options.host, port },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await Promise.all([closed, ...sessions]);
      if (defects.length > 0) throw new AggregateError(defects, 'Sessions of the reference server failed.');
    },
  };
}
