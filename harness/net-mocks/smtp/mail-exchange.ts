import type { CertificateStore } from '../certificates/store.ts';
import { parseIdentifier } from '../input/addresses.ts';
import { InputError } from '../input/parse.ts';
import { createJournal, type Entry, type Page, type WaitOptions } from '../journal/journal.ts';
import type { Endpoint } from '../wire/listen.ts';
import {
  type MessageFilter,
  matchesMessage,
  matchesSession,
  type ReceivedMessage,
  type SessionFilter,
  type SmtpSession,
} from './capture.ts';
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
  close(): Promise<void>;
}

export function createMailExchange(certificates: CertificateStore): MailExchange {
  const servers = new Map<string, SmtpServer>();
  const sessions = createJournal<SmtpSession>(20_000);
  const messages = createJournal<ReceivedMessage>(20_000);

  const serverNamed = (name: string): SmtpServer => {
    const server = servers.get(name);
    if (server === undefined)
      throw new InputError(
        'name',
        `there is no SMTP server ${name}; open: ${[...servers.keys()].join(', ') || 'none'}`,
      );
    return server;
  };

  return {
    async open(settings, path) {
      if (servers.has(settings.name))
        throw new InputError(`${path}.name`, `an SMTP server ${settings.name} is already open`);
      const server = await startSmtpServer(settings, certificates, sessions, messages);
      if (servers.has(settings.name)) {
        await server.close();
        throw new InputError(`${path}.name`, `an SMTP server ${settings.name} is already open`);
      }
      servers.set(settings.name, server);
      return server.endpoint;
    },
    setScript: (name, rules) => serverNamed(name).setScript(rules),
    async closeServer(name) {
      const server = serverNamed(parseIdentifier(name, 'name'));
      servers.delete(name);
      await server.close();
    },
    servers: () => [...servers.values()].map(({ name, endpoint }) => ({ name, endpoint })),
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
    async close() {
      sessions.close();
      messages.close();
      await Promise.all([...servers.values()].map((server) => server.close()));
      servers.clear();
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
    anomalies: [...session.anomalies],
    events: [...session.events],
  };
}
