import type {
  Account,
  CheckDefinition,
  ImapClient,
  ImapReply,
  ImapSelected,
  Role,
  Services,
} from '../../harness/check/check.ts';
import { compose } from '../../harness/steps/compose.ts';
import { openImap } from '../../harness/steps/imap-login.ts';

/** What the checks have in common that put mail into a folder of their own. */
export const OWN_FOLDER = {
  level: 'MUST',
  roles: ['imap', 'imaps'],
  needs: ['account'],
  effect: 'delivers',
  safety: 'sends-mail',
  budget: '30s',
} as const satisfies Partial<CheckDefinition>;

export interface SessionOptions {
  readonly role?: Role;
  readonly account?: Account;
}

/** A folder that the check made for itself, and the sessions on it. */
export interface OwnFolder {
  readonly name: string;
  readonly delimiter: string;
  /** Another session of the account, as on another device; closed at the end at the latest. */
  open(options?: SessionOptions): Promise<ImapClient>;
  /** Puts a message into the folder, or into another one that the check made. */
  append(client: ImapClient, label: string, into?: string): Promise<void>;
}

/** A message of one session's view: sequence number, UID and flags without `\Recent`. */
export interface Listed {
  readonly number: number;
  readonly uid: number;
  readonly flags: readonly string[];
}

/** The octets of a message of neutral wording. */
export function ownMessage(services: Services, label: string): Buffer {
  const { nonce, target } = services;
  const address = `minutes@${target.domain}`;
  return compose(services, {
    from: address,
    to: address,
    token: `${nonce}-${label}`,
    id: `${label}.${nonce}`,
  });
}

/** Ends the check where a command that it builds on is refused. */
export function demandOk({ inconclusive }: Services, reply: ImapReply, what: string): ImapReply {
  if (reply.status !== 'OK') inconclusive('precondition', `${what} is refused: ${reply.text}`);
  return reply;
}

/** Runs `body` with a folder that holds nothing but what the check puts there, and deletes it. */
export async function withOwnFolder(
  services: Services,
  body: (folder: OwnFolder) => Promise<void>,
  options: SessionOptions = {},
): Promise<void> {
  const { nonce } = services;
  const clients: ImapClient[] = [];
  const open = async (other: SessionOptions = {}) => {
    const client = await openImap(services, { ...options, ...other });
    clients.push(client);
    return client;
  };
  const maker = await open();
  const { name, delimiter } = await createFolder(services, maker, `mailspec-${nonce}`);
  await maker.logout();
  try {
    await body({
      name,
      delimiter,
      open,
      async append(client, label, into = name) {
        const content = { bytes: ownMessage(services, label), synchronising: true };
        demandOk(services, await client.command([`APPEND "${into}" `, content]), 'APPEND');
      },
    });
  } finally {
    for (const { connection } of clients) connection.close();
    await removeFolders(services, nonce, options);
  }
}

/** At the top, or below INBOX where a server keeps everything there. */
async function createFolder(
  services: Services,
  client: ImapClient,
  wanted: string,
): Promise<{ name: string; delimiter: string }> {
  const { untagged } = await client.command('LIST "" ""');
  const delimiter = untagged.flatMap(({ label, line }) =>
    label === 'LIST' ? (/\) "(.)" /.exec(line)?.[1] ?? []) : [],
  )[0];
  const names = [wanted, `INBOX${delimiter ?? '.'}${wanted}`];
  let refusal = '';
  for (const name of names) {
    const reply = await client.command(`CREATE "${name}"`);
    if (reply.status === 'OK') return { name, delimiter: delimiter ?? '/' };
    refusal = reply.text;
  }
  return services.inconclusive('precondition', `A folder cannot be created: ${refusal}`);
}

/** Removes every folder with the nonce in its name, deepest first; what is left behind is noted. */
async function removeFolders(services: Services, nonce: string, options: SessionOptions): Promise<void> {
  try {
    const client = await openImap(services, options);
    const { mailboxes } = await client.listMailboxes();
    const own = mailboxes.map(({ name }) => name).filter((name) => name.includes(nonce));
    for (const name of own.sort((a, b) => b.length - a.length)) {
      await client.command(`UNSUBSCRIBE "${name}"`);
      const reply = await client.command(`DELETE "${name}"`);
      if (reply.status !== 'OK') services.note(`a folder is left behind: ${reply.text}`);
    }
    await client.logout();
  } catch (failure) {
    services.note(
      `a folder may be left behind: ${failure instanceof Error ? failure.message : String(failure)}`,
    );
  }
}

/** SELECT, or EXAMINE where `readOnly`; ends the check where it is refused. */
export async function select(
  services: Services,
  client: ImapClient,
  mailbox: string,
  options?: { readonly readOnly?: boolean },
): Promise<ImapSelected | undefined> {
  const { reply, selected } = await client.select(mailbox, options);
  demandOk(services, reply, `${options?.readOnly ? 'EXAMINE' : 'SELECT'} of ${mailbox}`);
  return selected;
}

/** Untagged responses as a report shows them. */
export function linesOf({ untagged }: Pick<ImapReply, 'untagged'>): string {
  return untagged.map(({ line }) => line).join(' / ') || 'nothing';
}

/** The messages of the selected mailbox as this session sees them. */
export async function listed(services: Services, client: ImapClient): Promise<readonly Listed[]> {
  demandOk(services, await client.command('NOOP'), 'NOOP');
  const reply = await client.command('UID FETCH 1:* (UID FLAGS)');
  return reply.untagged.flatMap(({ label, number, line }) => {
    const uid = /\bUID (\d+)/.exec(line)?.[1];
    if (label !== 'FETCH' || number === undefined || uid === undefined) return [];
    const flags = (/FLAGS \(([^)]*)\)/.exec(line)?.[1] ?? '').split(' ').filter((flag) => flag !== '');
    return [{ number, uid: Number(uid), flags: flags.filter((flag) => flag !== '\\Recent').sort() }];
  });
}
