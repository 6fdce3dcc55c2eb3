import { createServer, type Socket } from 'node:net';
import type { CertificateStore } from '../certificates/store.ts';
import type { Entry, Journal } from '../journal/journal.ts';
import { type Connection, openConnection } from '../wire/connection.ts';
import { closeServer, type Endpoint, listen } from '../wire/listen.ts';
import { nodeTlsOptions } from '../wire/tls-options.ts';
import type { ReceivedMessage, SmtpSession } from './capture.ts';
import { converse } from './conversation.ts';
import { createDestinations, type Neighbours, type Represented } from './on-behalf.ts';
import type { SmtpServerSettings } from './options.ts';
import { createRuleBook, type RuleSettings } from './rules.ts';
import { hideRecorded, type Session } from './session.ts';

export interface SmtpServer {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly isRelayHost: boolean;
  /** Replaces the script; its counters begin anew. Connections that are open keep the old one. */
  setScript(rules: RuleSettings[]): void;
  /** What a relay host that answers for this server in one of its sessions must know. */
  represent(): Represented;
  close(): Promise<void>;
}

/** Starts one receiving server that writes into the given journals. */
export async function startSmtpServer(
  settings: SmtpServerSettings,
  certificates: CertificateStore,
  sessions: Journal<SmtpSession>,
  messages: Journal<ReceivedMessage>,
  neighbours: Neighbours,
): Promise<SmtpServer> {
  const tlsOptions =
    settings.tls === undefined ? undefined : await nodeTlsOptions(settings.tls, certificates);
  let rules = createRuleBook(settings.script);
  const connections = new Set<Connection>();
  const running = new Set<Promise<void>>();

  const accept = (socket: Socket): void => {
    const connection = openConnection(socket, settings.idleMs);
    connections.add(connection);
    const session = openSession(connection, settings, sessions, {
      messages,
      rule: rules.openSession(),
      tlsOptions,
      destinationOf: settings.relayHost ? createDestinations(neighbours) : undefined,
    });
    const run = serve(session, sessions).finally(() => {
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
    isRelayHost: settings.relayHost,
    setScript(next) {
      rules = createRuleBook(next);
    },
    represent: () => ({ name: settings.name, rule: rules.openSession() }),
    async close() {
      const closed = closeServer(server, []);
      for (const connection of connections) connection.destroy();
      await Promise.all([closed, ...running]);
    },
  };
}

function openSession(
  connection: Connection,
  settings: SmtpServerSettings,
  sessions: Journal<SmtpSession>,
  shared: Pick<Session, 'messages' | 'rule' | 'tlsOptions' | 'destinationOf'>,
): Session {
  const record: Entry<SmtpSession> = sessions.append({
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

async function serve(session: Session, sessions: Journal<SmtpSession>): Promise<void> {
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
  sessions.changed(record);
}
