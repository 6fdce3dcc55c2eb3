import { createServer, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { CertificateStore } from '../certificates/store.ts';
import type { Entry, Journal } from '../journal/journal.ts';
import { type Connection, openConnection } from '../wire/connection.ts';
import { closeServer, type Endpoint, listen } from '../wire/listen.ts';
import { nodeTlsOptions } from '../wire/tls-options.ts';
import type { ReceivedMessage, SmtpSession } from './capture.ts';
import { converse } from './conversation.ts';
import type { SmtpServerSettings } from './options.ts';
import { createRuleBook, type RuleSettings } from './rules.ts';
import { hideRecorded, type Session } from './session.ts';

export interface SmtpServer {
  readonly name: string;
  readonly endpoint: Endpoint;
  /** Replaces the script; its counters begin anew. Connections that are open keep the old one. */
  setScript(rules: RuleSettings[]): void;
  close(): Promise<void>;
}

/** Starts one receiving server that writes into the given journals. */
export async function startSmtpServer(
  settings: SmtpServerSettings,
  certificates: CertificateStore,
  sessions: Journal<SmtpSession>,
  messages: Journal<ReceivedMessage>,
): Promise<SmtpServer> {
  const tlsOptions =
    settings.tls === undefined ? undefined : await nodeTlsOptions(settings.tls, certificates);
  let rules = createRuleBook(settings.script);
  const connections = new Set<Connection>();
  const running = new Set<Promise<void>>();

  const accept = (socket: Socket): void => {
    const connection = openConnection(socket, settings.idleMs);
    connections.add(connection);
    const session = openSession(connection, settings, tlsOptions, sessions, messages, rules.openSession());
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
    setScript(next) {
      rules = createRuleBook(next);
    },
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
  tlsOptions: TlsOptions | undefined,
  sessions: Journal<SmtpSession>,
  messages: Journal<ReceivedMessage>,
  rule: Session['rule'],
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
    anomalies: [],
    events: connection.transcript.events,
  });
  return { settings, connection, record, messages, rule, tlsOptions, hello: null };
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
