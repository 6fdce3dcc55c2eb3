import {
  type ClientOptions,
  type Connection,
  type ImapReply,
  type Pop3Reply,
  ROLES,
  type Services,
  type SmtpReply,
} from '../check/check.ts';
import { imapMechanisms } from './mechanism.ts';
import { lineOf } from './replies.ts';

/** What a server announces, and its upgrade to TLS, in the words of all three protocols. */
export interface Announcement {
  readonly connection: Connection;
  /** Keywords in upper case and in the order of the server, without parameters; IMAP has `AUTH=…` among them. */
  readonly keywords: readonly string[];
  /** Keywords with their parameters. */
  readonly capabilities: readonly string[];
  /** SASL mechanisms, upper case. */
  readonly mechanisms: readonly string[];
  /** The keywords after the name of what lists them, such as `CAPA lists`. */
  readonly line: string;
  /** The reply of a POP3 or IMAP server that refuses to list anything. */
  readonly refusal: string | undefined;
  /** The command that asks for TLS, which is its keyword too. */
  readonly upgrade: 'STARTTLS' | 'STLS';
  /** Sends the upgrade command, and no handshake after it. */
  askForTls(): Promise<GoAhead>;
  /** Sends the upgrade command and, after the go-ahead, completes the handshake with the name of the host. */
  startTls(): Promise<GoAhead>;
}

/** The reply to an upgrade command; `line` as received, `text` in visible notation. */
export interface GoAhead {
  readonly positive: boolean;
  readonly line: string;
  readonly text: string;
}

/** `ready`: as soon as the server talks, which is inside TLS on an implicit-TLS role. */
export type WhereToAsk = Pick<ClientOptions, 'vantage'> & { readonly at: 'ready' | 'tls' };

/**
 * Asks the role under test what it offers. Costs one connection, which stays open.
 * @throws NotApplicable where TLS is wanted and not offered
 */
export function announcement(services: Services, where: WhereToAsk): Promise<Announcement> {
  switch (ROLES[services.role].protocol) {
    case 'smtp':
      return bySmtp(services, where);
    case 'pop3':
      return byPop3(services, where);
    case 'imap':
      return byImap(services, where);
  }
}

async function bySmtp({ smtp, role, target }: Services, where: WhereToAsk): Promise<Announcement> {
  const client = await smtp({ role, ...where });
  const { keywords, mechanisms } = client.capabilities ?? { keywords: NO_KEYWORDS, mechanisms: [] };
  const goAhead = (reply: SmtpReply) => ({
    positive: reply.code === 220,
    line: lineOf(reply),
    text: reply.text,
  });
  return {
    ...listed('EHLO keywords', keywords),
    connection: client.connection,
    mechanisms,
    refusal: undefined,
    upgrade: 'STARTTLS',
    askForTls: async () => goAhead(await client.command('STARTTLS')),
    startTls: async () => goAhead(await client.startTls({ serverName: target.hostname })),
  };
}

async function byPop3({ pop3, role, target }: Services, where: WhereToAsk): Promise<Announcement> {
  const client = await pop3({ role, ...where });
  // Known already where the upgrade was looked for.
  const reply = client.capabilities ? undefined : (await client.capa()).reply;
  const { keywords, mechanisms } = client.capabilities ?? { keywords: NO_KEYWORDS, mechanisms: [] };
  const goAhead = (answer: Pop3Reply) => ({ ...answer, positive: answer.status === '+OK' });
  return {
    ...listed('CAPA lists', keywords),
    connection: client.connection,
    mechanisms,
    refusal: client.capabilities ? undefined : reply?.text,
    upgrade: 'STLS',
    askForTls: async () => goAhead(await client.command('STLS')),
    startTls: async () => goAhead(await client.startTls({ serverName: target.hostname })),
  };
}

async function byImap({ imap, role, target }: Services, where: WhereToAsk): Promise<Announcement> {
  const client = await imap({ role, ...where });
  // Elsewhere the client has asked by itself; what a greeting announced is not what CAPABILITY does.
  const isNew = where.at === 'tls' || ROLES[role].tls === 'implicit';
  const reply = isNew ? await client.capability() : undefined;
  const keywords = new Map([...(client.capabilities ?? [])].map((name) => [name, '']));
  const goAhead = (answer: ImapReply) => ({ ...answer, positive: answer.status === 'OK' });
  return {
    ...listed('CAPABILITY', keywords),
    connection: client.connection,
    mechanisms: imapMechanisms(client.capabilities),
    refusal: reply && reply.status !== 'OK' ? reply.text : undefined,
    upgrade: 'STARTTLS',
    askForTls: async () => goAhead(await client.command('STARTTLS')),
    startTls: async () => goAhead(await client.startTls({ serverName: target.hostname })),
  };
}

const NO_KEYWORDS: ReadonlyMap<string, string> = new Map();

function listed(
  lists: string,
  keywords: ReadonlyMap<string, string>,
): Pick<Announcement, 'keywords' | 'capabilities' | 'line'> {
  const names = [...keywords.keys()];
  return {
    keywords: names,
    capabilities: [...keywords].map((pair) => pair.join(' ').trim()),
    line: `${lists} ${names.join(' ') || 'nothing'}`,
  };
}
