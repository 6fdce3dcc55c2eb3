import { ROLES, type Role } from '../../model/roles.ts';
import { base64, line } from '../../wire/bytes.ts';
import { type ReferenceOptions, type ReferenceServer, startReference } from '../server.ts';
import { openRaw, type RawClient } from './raw-client.ts';

/** How much faster limits of silence pass in dialogues about them. */
export const TIMER_SPEED = 400;
/** Name that the clients of the tests give. */
const CLIENT = 'client.test';

/** A reference server and the ways into it that short dialogues need. */
export interface Dialogue {
  readonly reference: ReferenceServer;
  /** The server misbehaves. */
  readonly faulty: boolean;
  /** Connected; TLS first on an implicit-TLS role; the greeting is returned as well. */
  connect(role: Role): Promise<{ readonly client: RawClient; readonly greeting: string }>;
  /** After the greeting, SMTP after EHLO as well; the capabilities as one text. */
  hello(role: Role): Promise<{ readonly client: RawClient; readonly capabilities: string }>;
  /** As `hello`, inside TLS. */
  inside(role: Role): Promise<{ readonly client: RawClient; readonly capabilities: string }>;
  /** As `inside`, logged in as the first account. */
  loggedIn(role: Role): Promise<RawClient>;
  /** The upgrade command of the role, answered, with `after` in the same segment; its reply. */
  upgrade(client: RawClient, role: Role, after?: Buffer): Promise<string>;
  /** A PLAIN message in base64; by default of the first account with its password. */
  plain(password?: string, index?: number): string;
  password(index?: number): string;
  /** Ends the server and the clients. */
  end(): Promise<void>;
}

export async function startDialogue(options: ReferenceOptions = {}): Promise<Dialogue> {
  const reference = await startReference({
    failureDelayMs: 2,
    exchangersOf: async (domain) => (domain === 'backup.test' ? ['mail.example.test'] : []),
    ...options,
  });
  const clients: RawClient[] = [];
  const account = (index: number) => {
    const found = reference.target.accounts[index];
    if (!found) throw new Error(`The reference has no account ${index}.`);
    return found;
  };

  async function capabilities(client: RawClient, role: Role): Promise<string> {
    switch (ROLES[role].protocol) {
      case 'smtp':
        return client.ask(`EHLO ${CLIENT}`);
      case 'pop3':
        await client.askLine('CAPA');
        return (await client.untilDot()).join('|');
      case 'imap':
        return (await client.imap('c', 'CAPABILITY'))[0] ?? '';
    }
  }

  const dialogue: Dialogue = {
    reference,
    faulty: (options.faults ?? []).length > 0,
    async connect(role) {
      const client = await openRaw(reference.target.endpoints[role]);
      clients.push(client);
      if (ROLES[role].tls === 'implicit') await client.tls();
      const greeting = ROLES[role].protocol === 'smtp' ? await client.reply() : await client.line();
      return { client, greeting };
    },
    async hello(role) {
      const { client } = await dialogue.connect(role);
      return { client, capabilities: await capabilities(client, role) };
    },
    async inside(role) {
      const { client } = await dialogue.connect(role);
      if (ROLES[role].tls === 'upgrade') {
        if (ROLES[role].protocol === 'smtp') await client.ask(`EHLO ${CLIENT}`);
        await dialogue.upgrade(client, role);
        await client.tls();
      }
      return { client, capabilities: await capabilities(client, role) };
    },
    async loggedIn(role) {
      const { client } = await dialogue.inside(role);
      const answer = await {
        smtp: () => client.ask(`AUTH PLAIN ${dialogue.plain()}`),
        pop3: () => client.askLine(`AUTH PLAIN ${dialogue.plain()}`),
        imap: () => client.askLine(`l AUTHENTICATE PLAIN ${dialogue.plain()}`),
      }[ROLES[role].protocol]();
      if (!/^(235|\+OK|l OK)/.test(answer)) throw new Error(`The login failed: ${answer}`);
      return client;
    },
    upgrade(client, role, after = Buffer.alloc(0)) {
      const command = { smtp: 'STARTTLS', pop3: 'STLS', imap: 'u STARTTLS' }[ROLES[role].protocol];
      client.write(Buffer.concat([line(command), after]));
      return client.line();
    },
    plain: (password = account(0).password, index = 0) => base64(`\0${account(index).login}\0${password}`),
    password: (index = 0) => account(index).password,
    async end() {
      for (const client of clients) client.close();
      await reference.close();
    },
  };
  return dialogue;
}

/** Whether a declared role takes connections. */
export function reachability(dialogue: Dialogue, role: Role): Promise<string> {
  return dialogue.connect(role).then(
    () => 'listens',
    (failure: NodeJS.ErrnoException) => (failure.code === 'ECONNREFUSED' ? 'closed' : String(failure)),
  );
}
