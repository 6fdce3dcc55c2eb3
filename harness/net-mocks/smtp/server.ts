import { createServer, type Socket } from 'node:net';
import type { CertificateStore } from '../certificates/store.ts';
import type { Entry } from '../journal/journal.ts';
import { type Connection, openConnection } from '../wire/connection.ts';
import { closeServer, type Endpoint, listen, peerOf } from '../wire/listen.ts';
import { nodeTlsOptions } from '../wire/tls-options.ts';
import type { SmtpSession } from './capture.ts';
import { converse } from './conversation.ts';
import type { Destination, Records, Represented } from './on-behalf.ts';
import type { SmtpServerSettings } from './options.ts';
import { createRuleBook, type Reply, type RuleSettings } from './rules.ts';
import { hideRecorded, type Session } from './session.ts';

export interface SmtpServer {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly hostname: string;
  readonly isRelayHost: boolean;
  /** Replaces the script; its counters begin anew. Connections that are open keep the old one. */
  setScript(rules: RuleSettings[]): void;
  /** What a relay host that answers for this server in one of its sessions must know. */
  represent(): Represented;
  close(): Promise<void>;
}

/** How a server stands in its surroundings. */
export interface SmtpSurroundings {
  readonly certificates: CertificateStore;
  readonly records: Records;
  /** At a relay host, and at a server that others share: whom the mail of a recipient is for, asked anew in each session. */
  readonly destinations?: () => (address: string) => Destination;
  /** Why a recipient is none of this server's, whatever its script says. */
  readonly admits?: (address: string) => Reply | undefined;
  /** Takes a connection, or turns it away unheard; `gone` resolves when it has ended. */
  readonly serves?: (client: Endpoint, gone: Promise<unknown>) => boolean;
  /** A client that sends more in one connection is cut off. */
  readonly mostOctets?: number;
}

/** Starts one receiving server. */
export async function startSmtpServer(
  settings: SmtpServerSettings,
  { certificates, records, destinations, admits, serves, mostOctets }: SmtpSurroundings,
): Promise<SmtpServer> {
  const tlsOptions =
    settings.tls === undefined ? undefined : await nodeTlsOptions(settings.tls, certificates);
  let rules = createRuleBook(settings.script);
  const connections = new Set<Connection>();
  const running = new Set<Promise<void>>();

  const accept = (socket: Socket): void => {
    const gone = new Promise((resolve) => socket.once('close', resolve));
    if (serves?.(peerOf(socket), gone) === false) {
      socket.destroy();
      return;
    }
    const connection = openConnection(socket, settings.idleMs, mostOctets);
    connections.add(connection);
    const session = openSession(connection, settings, {
      records,
      rule: rules.openSession(),
      tlsOptions,
      destinationOf: destinations?.(),
      admits,
    });
    // TLS as it was asked for may be none that can be had.
    const served = serve(session).catch(() => connection.destroy());
    const run = served.finally(() => {
      connections.delete(connection);
      running.delete(run);
    });
    running.add(run);
  };
  const server = createServer({ noDelay: true, allowHalfOpen: true }, accept);
  const endpoint = await listen(server, settings);

  return {
    name: settings.name,
    endpoint,
    hostname: settings.hostname,
    isRelayHost: settings.relayHost,
    setScript(next) {
      rules = createRuleBook(next);
    },
    represent: () => ({ name: settings.name, rule: rules.openSession(), records }),
    async close() {
      const closed = closeServer(server, []);
      for (const connection of connections) connection.destroy();
      await Promise.all([closed, ...running]);
    },
  };
}

/** A server without a door of its own: it is known by those alone that answer for it. */
export function representedServer(settings: SmtpServerSettings, records: Records): SmtpServer {
  let rules = createRuleBook(settings.script);
  return {
    name: settings.name,
    endpoint: { address: settings.address, port: settings.port },
    hostname: settings.hostname,
    isRelayHost: false,
    setScript(next) {
      rules = createRuleBook(next);
    },
    represent: () => ({ name: settings.name, rule: rules.openSession(), records }),
    close: async () => undefined,
  };
}

function openSession(
  connection: Connection,
  settings: SmtpServerSettings,
  shared: Pick<Session, 'records' | 'rule' | 'tlsOptions' | 'destinationOf' | 'admits'>,
): Session {
  const record: Entry<SmtpSession> = shared.records.sessions.append({
    server: settings.name,
    client: connection.peer,
    local: connection.local,
    startedAt: connection.transcript.startedAt,
    ending: null,
    commands: [],
    helloPlain: [],
    helloTls: [],
    tls: null,
    betweenStarttlsAndHello: Buffer.alloc(0),
    authentications: [],
    messages: [],
    unfinishedContent: null,
    forServers: [],
    anomalies: [],
    events: connection.transcript.events,
  });
  return { ...shared, settings, connection, record, authenticated: false, hello: null };
}

async function serve(session: Session): Promise<void> {
  const { connection, record } = session;
  await converse(session);
  // The client may have closed its half only and still wait for replies.
  connection.end();
  record.ending = await connection.gone;
  const unread = connection.input.drain();
  const wasAuthenticating = record.authentications.some((attempt) => attempt.code === null);
  hideRecorded(session, unread, wasAuthenticating);
  if (connection.transcript.dropped > 0)
    record.anomalies.push(`${connection.transcript.dropped} octets were not kept`);
  session.records.sessions.changed(record);
}
