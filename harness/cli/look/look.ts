import { createImapClient } from '../../client/imap.ts';
import { createPop3Client } from '../../client/pop3.ts';
import { createSmtpClient } from '../../client/smtp.ts';
import { ENOUGH, greetingProtocol } from '../../engine/foreign-greeting.ts';
import { createRecorder } from '../../evidence/recorder.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import { type Protocol, ROLE_NAMES, ROLES, type Role } from '../../model/roles.ts';
import { LF } from '../../wire/bytes.ts';
import { type Connection, openConnection } from '../../wire/connection.ts';
import { ConnectionEnded, isWireFailure, Silence, TlsFailed, Unreachable } from '../../wire/failures.ts';

/** The ports that are looked at: those that a role has by its registration (RFC 8314 §7). */
export const MAIL_PORTS: readonly number[] = ROLE_NAMES.map((role) => ROLES[role].port);

/** What a server said first. */
export interface Greeting {
  readonly protocol: Protocol;
  readonly tls: 'upgrade' | 'implicit';
  /** It serves who comes; false where it greeted with a refusal. */
  readonly isReady: boolean;
  /** The greeting as a person reads it, in visible notation. */
  readonly text: string;
  /** The name that the server gave itself (RFC 5321 §4.2), as it came; null where it gave none. */
  readonly name: string | null;
}

/** What came of one port. */
export interface Look {
  /** The port by which the server knows it; in a container that inside of it. */
  readonly port: number;
  readonly greeting: Greeting | null;
  /** Why nothing greeted, as the end of a sentence, ready to be printed; null where something did. */
  readonly failure: string | null;
}

/** How a server that speaks TLS only is told from one that greets in the clear: the latter speaks first. */
const SPEAKS_FIRST = 500;
/** Pause between two looks at what has come, in milliseconds. */
const LOOK = 50;

/** The role whose registered port this is. */
export function roleOfPort(port: number): Role | undefined {
  return ROLE_NAMES.find((role) => ROLES[role].port === port);
}

/**
 * Connects once, reads the greeting, and takes its leave by QUIT or LOGOUT. Nothing else is sent; to who is no mail
 * server, nothing at all.
 * @param options `tls`: `implicit` begins with a handshake, unless the server speaks first; `withinMs`: for each wait
 */
export async function lookAt(
  endpoint: Endpoint,
  options: {
    readonly port: number;
    readonly tls: 'upgrade' | 'implicit';
    readonly serverName: string;
    readonly withinMs: number;
    readonly signal: AbortSignal;
  },
): Promise<Look> {
  const { port, withinMs, signal } = options;
  let connection: Connection | undefined;
  try {
    connection = await openConnection({
      endpoint,
      role: `port ${port}`,
      recorder: createRecorder(),
      number: 1,
      replyMs: withinMs,
      signal,
    });
    const tls = await isSilentUntilTls(connection, options);
    await firstOctets(connection, withinMs, signal);
    const protocol = greetingProtocol(connection.pending());
    if (protocol) return { port, greeting: await greetingOf(connection, protocol, tls), failure: null };
    if (connection.pending().length > 0)
      return { port, greeting: null, failure: 'what answers is no mail server' };
    return { port, greeting: null, failure: connection.ended ? CLOSED : SILENT };
  } catch (thrown) {
    if (!isWireFailure(thrown)) throw thrown;
    return { port, greeting: null, failure: whyNot(thrown) };
  } finally {
    connection?.close();
  }
}

/** Said of who closes at once; so does the engine where nobody listens at a port that it published. */
export const CLOSED = 'the connection is closed without a greeting';
const SILENT = 'the connection is taken, and no greeting comes';

/** Begins TLS where it comes first, and nothing was said before. */
async function isSilentUntilTls(
  connection: Connection,
  { tls, serverName }: { readonly tls: Greeting['tls']; readonly serverName: string },
): Promise<Greeting['tls']> {
  if (tls === 'upgrade') return tls;
  for (let waited = 0; waited < SPEAKS_FIRST && connection.pending().length === 0; waited += LOOK)
    await connection.untilEnd(LOOK);
  if (connection.pending().length > 0) return 'upgrade';
  await connection.startTls({ serverName });
  return 'implicit';
}

/** Waits until the first line, or as many octets as tell the protocols apart, are there and unread. */
async function firstOctets(connection: Connection, withinMs: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + withinMs;
  const isEnough = () => connection.pending().length >= ENOUGH || connection.pending().includes(LF);
  while (!isEnough() && !connection.ended && !signal.aborted && performance.now() < deadline)
    await connection.untilEnd(LOOK);
}

async function greetingOf(
  connection: Connection,
  protocol: Protocol,
  tls: Greeting['tls'],
): Promise<Greeting> {
  switch (protocol) {
    case 'smtp': {
      const client = await createSmtpClient(connection, '');
      const { code, lines, text } = client.greeting;
      await client.quit();
      return { protocol, tls, isReady: code === 220, text, name: lines[0]?.split(' ')[0] || null };
    }
    case 'pop3': {
      const client = await createPop3Client(connection);
      const { status, text } = client.greeting;
      await client.quit();
      return { protocol, tls, isReady: status === '+OK', text, name: null };
    }
    case 'imap': {
      const client = await createImapClient(connection);
      const { status, text } = client.greeting;
      await client.logout();
      return { protocol, tls, isReady: status !== 'BYE', text, name: null };
    }
  }
}

/** Codes of `connect` in words. */
const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no way there',
  ENETUNREACH: 'no way there',
  ECONNRESET: CLOSED,
};

function whyNot(failure: Error): string {
  if (failure instanceof Unreachable) return CODES[failure.code] ?? `it cannot be reached (${failure.code})`;
  if (failure instanceof ConnectionEnded) return CLOSED;
  if (failure instanceof Silence) return SILENT;
  if (failure instanceof TlsFailed) return `no TLS comes about: ${failure.reason}`;
  return failure.message;
}
