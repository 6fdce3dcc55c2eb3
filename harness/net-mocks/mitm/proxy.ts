import { connect, createServer, type Socket } from 'node:net';
import type { CertificateStore } from '../certificates/store.ts';
import type { Entry, Journal } from '../journal/journal.ts';
import { type Connection, openConnection } from '../wire/connection.ts';
import { closeServer, type Endpoint, listen } from '../wire/listen.ts';
import { nodeTlsOptions } from '../wire/tls-options.ts';
import { converse } from './conversation.ts';
import type { ModeSettings } from './modes.ts';
import type { ProxySettings } from './options.ts';
import type { ProxySession } from './record.ts';

export interface MitmProxy {
  readonly name: string;
  readonly endpoint: Endpoint;
  /** For connections that come later. */
  setMode(mode: ModeSettings): void;
  close(): Promise<void>;
}

/** Starts a man in the middle that writes into the given journal. */
export async function startProxy(
  settings: ProxySettings,
  certificates: CertificateStore,
  sessions: Journal<ProxySession>,
): Promise<MitmProxy> {
  let { mode } = settings;
  const connections = new Set<Connection>();
  const dialling = new Set<Socket>();
  const running = new Set<Promise<void>>();

  const serve = async (client: Connection): Promise<void> => {
    const record: Entry<ProxySession> = sessions.append({
      proxy: settings.name,
      mode: mode.kind,
      client: client.peer,
      upstream: settings.upstream,
      startedAt: client.transcript.startedAt,
      ending: null,
      upstreamEnding: null,
      upstreamFailure: null,
      upgrade: 'not-asked',
      tls: null,
      clientHello: null,
      interventions: [],
      clientLeg: client.transcript.events,
      serverLeg: [],
    });
    const present = mode;
    if (present.kind === 'reset' && present.at === 'connect') {
      record.interventions.push('reset the connection at connect');
      client.reset();
    } else {
      const dialled = await dial(settings, dialling);
      if (typeof dialled === 'string') {
        record.upstreamFailure = dialled;
        client.reset();
      } else {
        const server = openConnection(dialled, settings.idleMs);
        connections.add(server);
        record.serverLeg = server.transcript.events;
        await converse(settings.protocol, present, client, server, record, () =>
          nodeTlsOptions(settings.tls, certificates),
        );
        record.upstreamEnding = await server.gone;
        connections.delete(server);
      }
    }
    record.ending = await client.gone;
    sessions.changed(record);
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const client = openConnection(socket, settings.idleMs);
    connections.add(client);
    // TLS as it was asked for may be none that can be had.
    const served = serve(client).catch(() => client.destroy());
    const run = served.finally(() => {
      connections.delete(client);
      running.delete(run);
    });
    running.add(run);
  });
  const endpoint = await listen(server, settings);

  return {
    name: settings.name,
    endpoint,
    setMode(next) {
      mode = next;
    },
    async close() {
      const closed = closeServer(server, dialling);
      for (const connection of connections) connection.destroy();
      await Promise.all([closed, ...running]);
    },
  };
}

/** A connection to the real server, or the code of the system error. */
function dial(settings: ProxySettings, dialling: Set<Socket>): Promise<Socket | string> {
  return new Promise((resolve) => {
    const { upstream, sourceAddress } = settings;
    const socket = connect({
      host: upstream.address,
      port: upstream.port,
      allowHalfOpen: true,
      noDelay: true,
      ...(sourceAddress === undefined ? {} : { localAddress: sourceAddress }),
    });
    dialling.add(socket);
    const settle = (result: Socket | string): void => {
      dialling.delete(socket);
      socket.removeAllListeners();
      resolve(result);
    };
    socket.once('connect', () => settle(socket));
    socket.once('error', (problem: NodeJS.ErrnoException) => settle(problem.code ?? problem.message));
    socket.once('close', () => settle('CLOSED'));
  });
}
