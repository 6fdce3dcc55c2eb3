import type { ClientOptions } from '../check/services.ts';
import { createImapClient, type ImapClient } from '../client/imap.ts';
import { createPop3Client, type Pop3Client } from '../client/pop3.ts';
import { createSmtpClient, type SmtpClient } from '../client/smtp.ts';
import { replyClass } from '../client/smtp-reply.ts';
import { Inconclusive, NotApplicable, RefusedAtTheDoor } from '../model/outcomes.ts';
import { ROLES, type Role } from '../model/roles.ts';
import { type Connection, openConnection } from '../wire/connection.ts';
import { isWireFailure, RelayFailed } from '../wire/failures.ts';
import type { SessionContext, Sessions } from './bench.ts';
import { meaningOfClosedPort, type Port25 } from './closed-port-25.ts';
import { ENOUGH, foreignGreeting } from './foreign-greeting.ts';
import { pathTo } from './path.ts';

/** Visits before a temporary refusal at the greeting counts (pre-greeting screeners turn the first away). */
const GREETING_VISITS = 3;
/** Pause between such visits, in milliseconds. */
const GREETING_PAUSE = 1_000;

/**
 * Opens clients on the endpoints of a target and owns their connections.
 * @param port25 what all sessions of a bench have learned about outbound port 25
 */
export function openSessions(context: SessionContext, port25: Port25 = {}): Sessions {
  const { target, recorder, nextConnection, limit, slots, door, signal } = context;
  const open = new Set<Connection>();
  const tlsOptions = {
    serverName: target.hostname,
    certificatesAsSent: context.certificatesAsSent ?? false,
  };

  async function connect(options: Omit<ClientOptions, 'at'> = {}): Promise<Connection> {
    const role = roleOf(context, options);
    const endpoint = options.elsewhere?.endpoint ?? target.endpoints[role];
    if (!endpoint)
      throw new NotApplicable(`The target declares no ${role} role.`, `declared: ${declared(context)}`);
    for (const connection of [...open]) if (connection.ended) connection.close();
    if (open.size >= limit) {
      throw new Error(
        `The body has ${open.size} connections open and declares ${limit}; close one or declare more.`,
      );
    }
    const release = await slots?.take(1, signal);
    if (release && signal.aborted) {
      release();
      throw new Inconclusive('harness', 'The check was ended before it could connect.');
    }
    // A server of the lab is ours: nobody's patience is tried there.
    if (!options.elsewhere) await admitted(context, release);
    if (ROLES[role].protocol !== 'smtp') context.onMailboxVisit?.();
    const connection: Connection = await openConnection({
      ...pathTo(context, role, endpoint, options),
      role,
      recorder,
      number: nextConnection(),
      replyMs: target.timing.replyMs,
      signal,
      // A server of the lab is where the lab says.
      ...(options.elsewhere
        ? {}
        : {
            firstLook: {
              octets: ENOUGH,
              objection: (first: Buffer) => foreignGreeting(role, endpoint, first),
            },
          }),
      onClose() {
        open.delete(connection);
        release?.();
      },
    }).catch(async (failure: unknown) => {
      release?.();
      if (failure instanceof RelayFailed) throw new Inconclusive('environment', failure.message);
      throw await meaningOfClosedPort(failure, endpoint, context, port25);
    });
    open.add(connection);
    if (options.preamble) connection.send(Buffer.from(options.preamble));
    return connection;
  }

  /** A connection on which the protocol begins: after TLS on an implicit-TLS role. */
  async function connectReady(role: Role, options: ClientOptions): Promise<Connection> {
    const connection = await connect({ ...options, role });
    if (ROLES[role].tls === 'implicit') {
      await orClosed(connection, () => connection.startTls(tlsOptions));
    }
    return connection;
  }

  /** Lets a client in; one that is turned away comes again, after pauses that grow, where it may take its time. */
  async function letIn<Client>(visit: () => Promise<Client>): Promise<Client> {
    for (const ms of door?.pauses ?? []) {
      try {
        return await visit();
      } catch (thrown) {
        if (signal.aborted || !(thrown instanceof RefusedAtTheDoor || isWireFailure(thrown))) throw thrown;
      }
      await door?.waiting(() => pause(ms, signal));
    }
    return visit();
  }

  async function smtp(options: ClientOptions = {}): Promise<SmtpClient> {
    const role = protocolRole(context, options, 'smtp');
    const client = await letIn(() => greetedBySmtp(role, options));
    return orClosed(client.connection, () => advanceSmtp(client, role, options));
  }

  async function greetedBySmtp(role: Role, options: ClientOptions): Promise<SmtpClient> {
    for (let visit = 1; ; visit += 1) {
      const connection = await connectReady(role, options);
      const client = await orClosed(connection, () => createSmtpClient(connection, context.helloName));
      const { greeting } = client;
      if (greeting.code === 220) return client;
      client.connection.close();
      if (replyClass(greeting) !== 4 || visit === GREETING_VISITS)
        throw new RefusedAtTheDoor(`${role} greeted ${visit} times with a refusal: ${greeting.text}`);
      await pause(GREETING_PAUSE, signal);
    }
  }

  async function advanceSmtp(
    client: SmtpClient,
    role: Role,
    { at = 'greeting' }: ClientOptions,
  ): Promise<SmtpClient> {
    if (at === 'greeting') return client;
    await greet(client, role);
    if (at === 'ready' || ROLES[role].tls === 'implicit') return client;
    if (!client.capabilities?.keywords.has('STARTTLS')) {
      if (at === 'tls-where-offered') return client;
      throw new NotApplicable(
        `${role} does not offer STARTTLS.`,
        `EHLO keywords ${[...(client.capabilities?.keywords.keys() ?? [])].join(' ')}`,
      );
    }
    const goAhead = await client.startTls(tlsOptions);
    if (goAhead.code !== 220)
      throw new Inconclusive('precondition', `${role} offers STARTTLS and refuses it: ${goAhead.text}`);
    await greet(client, role);
    return client;
  }

  async function greet(client: SmtpClient, role: Role): Promise<void> {
    const reply = await client.ehlo();
    if (reply.code !== 250) throw new Inconclusive('precondition', `${role} refuses EHLO: ${reply.text}`);
  }

  /** Connects and reads the greeting of a mailbox server. */
  async function greeted<Client extends Pop3Client | ImapClient>(
    role: Role,
    options: ClientOptions,
    create: (connection: Connection) => Promise<Client>,
    isWelcome: (greeting: Client['greeting']) => boolean,
  ): Promise<Client> {
    const connection = await connectReady(role, options);
    const client = await orClosed(connection, () => create(connection));
    if (isWelcome(client.greeting)) return client;
    connection.close();
    throw new RefusedAtTheDoor(`${role} greeted with a refusal: ${client.greeting.text}`);
  }

  async function pop3(options: ClientOptions = {}): Promise<Pop3Client> {
    const role = protocolRole(context, options, 'pop3');
    const client = await letIn(() =>
      greeted(role, options, createPop3Client, ({ status }) => status === '+OK'),
    );
    return orClosed(client.connection, () => advancePop3(client, role, options));
  }

  async function advancePop3(
    client: Pop3Client,
    role: Role,
    { at = 'greeting' }: ClientOptions,
  ): Promise<Pop3Client> {
    if (at === 'greeting' || ROLES[role].tls === 'implicit') return client;
    const { capabilities } = await client.capa();
    if (at === 'ready') return client;
    if (capabilities && !capabilities.has('STLS')) {
      if (at === 'tls-where-offered') return client;
      throw new NotApplicable(
        `${role} does not offer STLS.`,
        `CAPA lists ${[...capabilities.keys()].join(' ')}`,
      );
    }
    const goAhead = await client.startTls(tlsOptions);
    if (goAhead.status !== '+OK') {
      if (!capabilities && at === 'tls-where-offered') return client;
      if (!capabilities) throw new NotApplicable(`${role} has neither CAPA nor STLS.`, goAhead.text);
      throw new Inconclusive('precondition', `${role} offers STLS and refuses it: ${goAhead.text}`);
    }
    return client;
  }

  async function imap(options: ClientOptions = {}): Promise<ImapClient> {
    const role = protocolRole(context, options, 'imap');
    const client = await letIn(() =>
      greeted(role, options, createImapClient, ({ status }) => status !== 'BYE'),
    );
    return orClosed(client.connection, () => advanceImap(client, role, options));
  }

  async function advanceImap(
    client: ImapClient,
    role: Role,
    { at = 'greeting' }: ClientOptions,
  ): Promise<ImapClient> {
    if (at === 'greeting' || ROLES[role].tls === 'implicit') return client;
    await client.capability();
    if (at === 'ready') return client;
    if (!client.capabilities?.has('STARTTLS')) {
      if (at === 'tls-where-offered') return client;
      throw new NotApplicable(
        `${role} does not offer STARTTLS.`,
        `CAPABILITY ${[...(client.capabilities ?? [])].join(' ')}`,
      );
    }
    const goAhead = await client.startTls(tlsOptions);
    if (goAhead.status !== 'OK') {
      throw new Inconclusive('precondition', `${role} offers STARTTLS and refuses it: ${goAhead.text}`);
    }
    return client;
  }

  return {
    connect,
    smtp,
    pop3,
    imap,
    closeAll() {
      for (const connection of [...open]) connection.close();
    },
  };
}

/** Waits until the next connection may begin; who does not get that far gives the slot back. */
async function admitted({ pace, signal }: SessionContext, release: (() => void) | undefined): Promise<void> {
  try {
    await pace?.admit(signal);
  } catch (thrown) {
    release?.();
    if (!signal.aborted) throw thrown;
    throw new Inconclusive('harness', 'The check was ended before it could connect.');
  }
}

function declared({ target }: SessionContext): string {
  return Object.keys(target.endpoints).join(', ');
}

function roleOf({ role }: SessionContext, options: Pick<ClientOptions, 'role' | 'elsewhere'>): Role {
  return options.role ?? options.elsewhere?.role ?? role;
}

/** Closes a connection that nobody gets to hold, because what was begun on it failed. */
async function orClosed<T>(connection: Connection, begin: () => Promise<T>): Promise<T> {
  try {
    return await begin();
  } catch (failure) {
    connection.close();
    throw failure;
  }
}

function protocolRole(context: SessionContext, options: ClientOptions, protocol: string): Role {
  const role = roleOf(context, options);
  if (ROLES[role].protocol !== protocol) throw new Error(`${role} does not speak ${protocol}.`);
  return role;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
