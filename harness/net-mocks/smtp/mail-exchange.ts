import type { CertificateStore } from '../certificates/store.ts';
import { createJournal, type Entry, type Page, type WaitOptions } from '../journal/journal.ts';
import type { Endpoint } from '../wire/listen.ts';
import { createServerSet } from '../wire/server-set.ts';
import {
  type MessageFilter,
  matchesMessage,
  matchesSession,
  type ReceivedMessage,
  type SessionFilter,
  type SmtpSession,
} from './capture.ts';
import type { Neighbours } from './on-behalf.ts';
import type { SmtpServerSettings } from './options.ts';
import type { RuleSettings } from './rules.ts';
import { type SmtpServer, startSmtpServer } from './server.ts';

/** All receiving servers of a lab with one common record of what they got. */
export interface MailExchange {
  open(settings: SmtpServerSettings, path: string): Promise<Endpoint>;
  setScript(name: string, rules: RuleSettings[]): void;
  closeServer(name: string): Promise<void>;
  servers(): { name: string; endpoint: Endpoint }[];
  messages(cursor: number, filter: MessageFilter): Page<ReceivedMessage>;
  waitForMessage(filter: MessageFilter, options: WaitOptions): Promise<Entry<ReceivedMessage> | null>;
  sessions(cursor: number, filter: SessionFilter): Page<SmtpSession>;
  waitForSession(filter: SessionFilter, options: WaitOptions): Promise<Entry<SmtpSession> | null>;
  forget(): void;
  /** Closes all servers; the records stay. */
  closeServers(): Promise<void>;
  close(): Promise<void>;
}

/** @param route where mail for a domain goes, for relay hosts; nowhere when absent */
export function createMailExchange(
  certificates: CertificateStore,
  route: Neighbours['route'] = () => ({ kind: 'nowhere' }),
): MailExchange {
  const servers = createServerSet<SmtpServer>('an SMTP server');
  const neighbours: Neighbours = {
    route,
    serverAt: (address) =>
      servers
        .list()
        .find((server) => !server.isRelayHost && server.endpoint.address === address)
        ?.represent(),
  };
  const sessions = createJournal<SmtpSession>(20_000);
  const messages = createJournal<ReceivedMessage>(20_000);

  return {
    async open(settings, path) {
      const server = await servers.open(settings.name, path, () =>
        startSmtpServer(settings, certificates, sessions, messages, neighbours),
      );
      return server.endpoint;
    },
    setScript: (name, rules) => servers.get(name).setScript(rules),
    closeServer: (name) => servers.close(name),
    servers: () => servers.list().map(({ name, endpoint }) => ({ name, endpoint })),
    messages(cursor, filter) {
      const page = messages.since(cursor);
      return { ...page, entries: page.entries.filter((message) => matchesMessage(message, filter)) };
    },
    waitForMessage: (filter, options) => messages.wait((message) => matchesMessage(message, filter), options),
    sessions(cursor, filter) {
      const page = sessions.since(cursor);
      return {
        ...page,
        entries: page.entries.filter((session) => matchesSession(session, filter)).map(snapshot),
      };
    },
    async waitForSession(filter, options) {
      const session = await sessions.wait((candidate) => matchesSession(candidate, filter), options);
      return session === null ? null : snapshot(session);
    },
    forget() {
      sessions.clear();
      messages.clear();
    },
    closeServers: () => servers.closeAll(),
    async close() {
      sessions.close();
      messages.close();
      await servers.closeAll();
    },
  };
}

/** A session goes on while its reader looks at it; the reader gets the state of one moment. */
function snapshot(session: Entry<SmtpSession>): Entry<SmtpSession> {
  return {
    ...session,
    commands: session.commands.map((command) => ({ ...command })),
    helloPlain: [...session.helloPlain],
    helloTls: [...session.helloTls],
    authentications: session.authentications.map((attempt) => ({ ...attempt })),
    messages: [...session.messages],
    forServers: [...session.forServers],
    anomalies: [...session.anomalies],
    events: [...session.events],
  };
}
