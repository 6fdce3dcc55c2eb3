import {
  type ClientOptions,
  type Connection,
  ConnectionEnded,
  type Interception,
  type Services,
  TlsFailed,
} from '../../harness/check/check.ts';
import { extensionsOf } from '../../harness/steps/extensions.ts';
import { imapMechanisms } from '../../harness/steps/mechanism.ts';
import { isAlive, isTemporary, lineOf } from '../../harness/steps/replies.ts';

/** The upgrade of one connection, step by step, in the words of all three protocols. */
export interface SteppedUpgrade {
  readonly protocol: 'smtp' | 'pop3' | 'imap';
  readonly connection: Connection;
  /** The upgrade keyword is announced. */
  readonly offered: boolean;
  /** A POP3 server without CAPA, which is optional (RFC 2449 §5): it cannot announce what it has. */
  readonly mute: boolean;
  /** What was announced, as one line. */
  readonly announced: string;
  /** Sends the upgrade command. */
  ask(): Promise<GoAhead>;
  /** Completes the handshake; null, or how it failed. */
  handshake(): Promise<string | null>;
  /** Sends the capability command in the present phase. */
  capabilities(): Promise<Capabilities>;
  /**
   * Sends the command that does nothing, or CAPA for POP3, which has none before login. Any reply in due form shows
   * life: servers may not know these commands.
   */
  noop(): Promise<{ readonly alive: boolean; readonly line: string }>;
}

export interface GoAhead {
  readonly positive: boolean;
  /** The refusal is temporary (SMTP 4yz). */
  readonly temporary: boolean;
  readonly line: string;
}

export interface Capabilities {
  readonly answered: boolean;
  readonly offersUpgrade: boolean;
  /** A login with a password or SCRAM is offered. */
  readonly offersLogin: boolean;
  readonly line: string;
}

/** Opens a connection on the role under test, maybe through a man in the middle, and asks for its capabilities. */
export async function openUpgrade(services: Services, through?: Interception): Promise<SteppedUpgrade> {
  const words = await wordsOf(services, { at: 'ready', ...(through ? { through } : {}) });
  const { connection, keywords, upgrade, lists } = words;
  return {
    ...words,
    offered: keywords().includes(upgrade),
    mute: words.mute ?? false,
    announced: `${lists} ${keywords().join(' ')}`,
    handshake: () => handshakeOf(connection, services.target.hostname),
    capabilities: async () => ({ ...(await words.list()), offersUpgrade: keywords().includes(upgrade) }),
  };
}

/** As `openUpgrade`; ends the check where no upgrade is offered. */
export async function openOffered(services: Services): Promise<SteppedUpgrade> {
  const session = await openUpgrade(services);
  assertOffered(services, session);
  return session;
}

function assertOffered({ role, notApplicable }: Services, { offered, announced }: SteppedUpgrade): void {
  if (!offered) notApplicable(`${role} does not offer an upgrade.`, announced);
}

/** A session in which the next octets are those of TLS. */
export async function openGoneAhead(services: Services): Promise<SteppedUpgrade> {
  const session = await openUpgrade(services);
  if (!session.mute) assertOffered(services, session);
  const { positive, line } = await session.ask();
  if (!positive && session.mute) services.notApplicable(`${services.role} has neither CAPA nor STLS.`, line);
  if (!positive)
    services.inconclusive('precondition', `${services.role} offers the upgrade and refuses it: ${line}`);
  return session;
}

/** A session inside TLS. */
export async function openUpgraded(services: Services): Promise<SteppedUpgrade> {
  const session = await openGoneAhead(services);
  const failure = await session.handshake();
  if (failure !== null)
    services.inconclusive('precondition', `The handshake on ${services.role} failed: ${failure}`);
  return session;
}

/** Completes the handshake; null, or how it failed. */
export async function handshakeOf(connection: Connection, serverName: string): Promise<string | null> {
  try {
    await connection.startTls({ serverName });
    return null;
  } catch (failure) {
    if (failure instanceof TlsFailed || failure instanceof ConnectionEnded) return failure.message;
    throw failure;
  }
}

/** What is waited for, where the end of the connection is an answer too. */
export async function orEnd<T>(connection: Connection, waiting: Promise<T>): Promise<T | 'ended'> {
  try {
    return await waiting;
  } catch (failure) {
    if (connection.ended) return 'ended';
    throw failure;
  }
}

/** What differs between the protocols. */
interface Words extends Pick<SteppedUpgrade, 'protocol' | 'connection' | 'ask' | 'noop'> {
  readonly upgrade: 'STARTTLS' | 'STLS';
  /** The name of what lists keywords. */
  readonly lists: string;
  readonly mute?: boolean;
  /** What was listed last. */
  keywords(): readonly string[];
  list(): Promise<Omit<Capabilities, 'offersUpgrade'>>;
}

function wordsOf(services: Services, options: ClientOptions): Promise<Words> {
  if (services.role === 'pop3') return pop3Words(services, options);
  return services.role === 'imap' ? imapWords(services, options) : smtpWords(services, options);
}

async function smtpWords({ smtp }: Services, options: ClientOptions): Promise<Words> {
  const client = await smtp(options);
  return {
    protocol: 'smtp',
    connection: client.connection,
    upgrade: 'STARTTLS',
    lists: 'EHLO keywords',
    keywords: () => [...extensionsOf(client).keys()],
    async ask() {
      const reply = await client.command('STARTTLS');
      return { positive: reply.code === 220, temporary: isTemporary(reply), line: lineOf(reply) };
    },
    async list() {
      const reply = await client.ehlo();
      const offersLogin = client.capabilities?.mechanisms.some(isLoginMechanism) ?? false;
      return { answered: reply.code === 250, offersLogin, line: lineOf(reply) };
    },
    async noop() {
      const reply = await client.command('NOOP');
      return { alive: isAlive(reply), line: lineOf(reply) };
    },
  };
}

async function pop3Words({ pop3 }: Services, options: ClientOptions): Promise<Words> {
  const client = await pop3(options);
  const keywords = () => [...(client.capabilities?.keywords.keys() ?? [])];
  const list = async () => {
    const { reply, capabilities: listed, mechanisms } = await client.capa();
    return {
      answered: listed !== undefined,
      offersLogin: (listed?.has('USER') ?? false) || mechanisms.some(isLoginMechanism),
      line: listed ? `CAPA lists ${keywords().join(' ')}` : reply.line,
    };
  };
  return {
    protocol: 'pop3',
    mute: client.capabilities === undefined,
    connection: client.connection,
    upgrade: 'STLS',
    lists: 'CAPA lists',
    keywords,
    async ask() {
      const reply = await client.command('STLS');
      return { positive: reply.status === '+OK', temporary: false, line: reply.line };
    },
    list,
    async noop() {
      return { alive: true, line: (await list()).line };
    },
  };
}

async function imapWords({ imap }: Services, options: ClientOptions): Promise<Words> {
  const client = await imap(options);
  const keywords = () => [...(client.capabilities ?? [])];
  return {
    protocol: 'imap',
    connection: client.connection,
    upgrade: 'STARTTLS',
    lists: 'CAPABILITY',
    keywords,
    async ask() {
      const reply = await client.command('STARTTLS');
      return { positive: reply.status === 'OK', temporary: false, line: reply.line };
    },
    async list() {
      const reply = await client.capability();
      const mechanisms = imapMechanisms(client.capabilities);
      return {
        answered: reply.status === 'OK',
        offersLogin: !keywords().includes('LOGINDISABLED') || mechanisms.some(isLoginMechanism),
        line: `CAPABILITY ${keywords().join(' ')}`,
      };
    },
    async noop() {
      const reply = await client.command('NOOP');
      return { alive: true, line: reply.line };
    },
  };
}

function isLoginMechanism(mechanism: string): boolean {
  return (
    ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2', 'OAUTHBEARER', 'EXTERNAL', 'GSSAPI'].includes(mechanism) ||
    mechanism.startsWith('SCRAM-')
  );
}
