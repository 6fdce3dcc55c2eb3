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
import { createDestinations, type Neighbours, type Records, type Represented } from './on-behalf.ts';
import type { SmtpServerSettings } from './options.ts';
import type { RuleSettings } from './rules.ts';
import { representedServer, type SmtpServer, type SmtpSurroundings, startSmtpServer } from './server.ts';

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
  /** Octets of the messages, and of the sessions that are over, that came since it was made or forgot. */
  octets(): number;
  /** The first server at the shared address that matches, as whoever answers there must know it. */
  represented(matches: (server: { name: string; hostname: string }) => boolean): Represented | undefined;
  /** Closes all servers; the records stay. */
  closeServers(): Promise<void>;
  close(): Promise<void>;
}

/** How receiving servers stand in their surroundings. */
export interface ExchangeOptions {
  /** Where mail for a domain goes, for relay hosts; nowhere when absent. */
  route?: Neighbours['route'];
  /** Of every server: why a recipient is none of its own, whom it serves, and how much it hears. */
  admission?: Pick<SmtpSurroundings, 'admits' | 'serves' | 'mostOctets'>;
  /** The address of a server of somebody else, who answers for those that are opened there. */
  shared?: string;
  /** Most sessions, and most messages, that are remembered. */
  remembered?: number;
}

export function createMailExchange(
  certificates: CertificateStore,
  { route = () => ({ kind: 'nowhere' }), admission = {}, shared, remembered = 20_000 }: ExchangeOptions = {},
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
  const sessions = createJournal<SmtpSession>(remembered);
  const messages = createJournal<ReceivedMessage>(remembered);
  let octets = 0;
  const records: Records = {
    sessions: {
      ...sessions,
      changed(session) {
        if (session.ending !== null) octets += octetsOf(session);
        sessions.changed(session);
      },
    },
    messages: {
      ...messages,
      append(message) {
        octets += message.received.length + message.content.length;
        return messages.append(message);
      },
    },
  };

  return {
    async open(settings, path) {
      const server = await servers.open(settings.name, path, async () =>
        settings.address === shared
          ? representedServer(settings, records)
          : startSmtpServer(settings, {
              certificates,
              records,
              ...admission,
              ...(settings.relayHost ? { destinations: () => createDestinations(neighbours) } : {}),
            }),
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
    octets: () => octets,
    forget() {
      sessions.clear();
      messages.clear();
      octets = 0;
    },
    represented: (matches) =>
      servers
        .list()
        .find((server) => server.endpoint.address === shared && matches(server))
        ?.represent(),
    closeServers: () => servers.closeAll(),
    async close() {
      sessions.close();
      messages.close();
      await servers.closeAll();
    },
  };
}

function octetsOf({ events }: SmtpSession): number {
  return events.reduce((sum, event) => sum + (event.kind === 'mark' ? 0 : event.bytes.length), 0);
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
