import { type Connection, ConnectionEnded, type Services, TlsFailed } from '../../harness/check/check.ts';

/** The upgrade of one connection, step by step, in the words of all three protocols. */
export interface SteppedUpgrade {
  readonly protocol: 'smtp' | 'pop3' | 'imap';
  readonly connection: Connection;
  /** The upgrade keyword is announced; a POP3 server without CAPA cannot announce and counts as not offering. */
  readonly offered: boolean;
  /** What was announced, as one line. */
  readonly announced: string;
  /** Sends the upgrade command. */
  ask(): Promise<GoAhead>;
  /** Completes the handshake; null, or how it failed. */
  handshake(): Promise<string | null>;
  /** Sends the capability command in the present phase. */
  capabilities(): Promise<{
    readonly answered: boolean;
    readonly offersUpgrade: boolean;
    /** A login with a password or SCRAM is offered. */
    readonly offersLogin: boolean;
    readonly line: string;
  }>;
  /** Sends the upgrade command where the end of the connection is an answer too. */
  askAgain(): Promise<({ readonly kind: 'reply' } & GoAhead) | { readonly kind: 'closed' }>;
  /** Sends the command that does nothing, or CAPA for POP3, which has none before login. */
  noop(): Promise<{ readonly alive: boolean; readonly line: string }>;
}

export interface GoAhead {
  readonly positive: boolean;
  /** The refusal is temporary (SMTP 4yz). */
  readonly temporary: boolean;
  readonly line: string;
}

/** Opens a connection on the role under test and asks for its capabilities. */
export function openUpgrade(services: Services): Promise<SteppedUpgrade> {
  switch (services.role) {
    case 'pop3':
      return openPop3(services);
    case 'imap':
      return openImap(services);
    default:
      return openSmtp(services);
  }
}

async function handshakeOf(connection: Connection, serverName: string): Promise<string | null> {
  try {
    await connection.startTls({ serverName });
    return null;
  } catch (failure) {
    if (failure instanceof TlsFailed || failure instanceof ConnectionEnded) return failure.message;
    throw failure;
  }
}

async function orClosed(connection: Connection, asking: Promise<GoAhead>) {
  try {
    return { kind: 'reply', ...(await asking) } as const;
  } catch (failure) {
    if (connection.ended) return { kind: 'closed' } as const;
    throw failure;
  }
}

async function openSmtp({ smtp, target }: Services): Promise<SteppedUpgrade> {
  const client = await smtp({ at: 'ready' });
  const { connection } = client;
  const keywords = () => [...(client.capabilities?.keywords.keys() ?? [])];
  const ask = async (): Promise<GoAhead> => {
    const reply = await client.command('STARTTLS');
    const line = `${reply.code} ${reply.lines.join(' / ')}`;
    return { positive: reply.code === 220, temporary: reply.code >= 400 && reply.code < 500, line };
  };
  return {
    protocol: 'smtp',
    connection,
    offered: keywords().includes('STARTTLS'),
    announced: `EHLO keywords ${keywords().join(' ')}`,
    ask,
    askAgain: () => orClosed(connection, ask()),
    handshake: () => handshakeOf(connection, target.hostname),
    async capabilities() {
      const reply = await client.ehlo();
      return {
        answered: reply.code === 250,
        offersUpgrade: keywords().includes('STARTTLS'),
        offersLogin: (client.capabilities?.mechanisms ?? []).some(isLoginMechanism),
        line: `${reply.code} ${reply.lines.join(' / ')}`,
      };
    },
    async noop() {
      const reply = await client.command('NOOP');
      return { alive: reply.code === 250, line: `${reply.code} ${reply.lines.join(' / ')}` };
    },
  };
}

async function openPop3({ pop3, target }: Services): Promise<SteppedUpgrade> {
  const client = await pop3({ at: 'ready' });
  const { connection } = client;
  const keywords = () => [...(client.capabilities?.keywords.keys() ?? [])];
  const ask = async (): Promise<GoAhead> => {
    const reply = await client.command('STLS');
    return { positive: reply.status === '+OK', temporary: false, line: reply.line };
  };
  const capabilities = async () => {
    const { reply, capabilities: listed, mechanisms } = await client.capa();
    return {
      answered: listed !== undefined,
      offersUpgrade: listed?.has('STLS') ?? false,
      offersLogin: (listed?.has('USER') ?? false) || mechanisms.some(isLoginMechanism),
      line: listed ? `CAPA lists ${[...listed.keys()].join(' ')}` : reply.line,
    };
  };
  return {
    protocol: 'pop3',
    connection,
    offered: keywords().includes('STLS'),
    announced: `CAPA lists ${keywords().join(' ')}`,
    ask,
    askAgain: () => orClosed(connection, ask()),
    handshake: () => handshakeOf(connection, target.hostname),
    capabilities,
    async noop() {
      const { answered, line } = await capabilities();
      return { alive: answered, line };
    },
  };
}

async function openImap({ imap, target }: Services): Promise<SteppedUpgrade> {
  const client = await imap({ at: 'ready' });
  const { connection } = client;
  const announced = () => [...(client.capabilities ?? [])];
  const ask = async (): Promise<GoAhead> => {
    const reply = await client.command('STARTTLS');
    return { positive: reply.status === 'OK', temporary: false, line: reply.line };
  };
  return {
    protocol: 'imap',
    connection,
    offered: announced().includes('STARTTLS'),
    announced: `CAPABILITY ${announced().join(' ')}`,
    ask,
    askAgain: () => orClosed(connection, ask()),
    handshake: () => handshakeOf(connection, target.hostname),
    async capabilities() {
      const reply = await client.capability();
      const list = announced();
      const mechanisms = list
        .filter((name) => name.startsWith('AUTH='))
        .map((name) => name.slice('AUTH='.length));
      return {
        answered: reply.status === 'OK',
        offersUpgrade: list.includes('STARTTLS'),
        offersLogin: !list.includes('LOGINDISABLED') || mechanisms.some(isLoginMechanism),
        line: `CAPABILITY ${list.join(' ')}`,
      };
    },
    async noop() {
      const reply = await client.command('NOOP');
      return { alive: reply.status === 'OK', line: reply.line };
    },
  };
}

function isLoginMechanism(mechanism: string): boolean {
  return (
    ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2', 'OAUTHBEARER', 'EXTERNAL', 'GSSAPI'].includes(mechanism) ||
    mechanism.startsWith('SCRAM-')
  );
}
