import {
  type Account,
  type CheckDefinition,
  MAILDROP,
  type Pop3Client,
  type Role,
  type Services,
} from '../../harness/check/check.ts';
import { compose } from '../../harness/steps/compose.ts';
import { decisive, handOver } from '../../harness/steps/hand-over.ts';
import { IMAP_ROLES, openImap } from '../../harness/steps/imap-login.ts';
import { openPop3 } from '../../harness/steps/pop3-login.ts';
import { openUser, SENDING_ROLES } from '../../harness/steps/smtp-login.ts';

/** A message that the check puts into the mailbox itself; the label tells it from its siblings. */
export interface OwnMail {
  readonly label: string;
  readonly content: Buffer;
}

/** A session on the maildrop, and the numbers that own messages have in it, by label. */
export interface MaildropSession {
  readonly client: Pop3Client;
  readonly numbers: ReadonlyMap<string, number>;
  /** The number of an own message; without it the check cannot go on. */
  number(label: string): number;
}

export interface SessionOptions {
  readonly role?: Role;
  readonly account?: Account;
}

/** Opens a session, logged in; it is closed at the end of `withOwnMail` at the latest. */
export type OpenSession = (options?: SessionOptions) => Promise<MaildropSession>;

/** What the checks have in common that put mail into the maildrop of the first account. */
export const OWN_MAIL = {
  roles: ['pop3', 'pop3s'],
  needs: ['account'],
  effect: 'delivers',
  safety: 'sends-mail',
  // POP3 locks the maildrop, so checks that log in take turns.
  resources: [MAILDROP],
} as const satisfies Partial<CheckDefinition>;

/** How a message that is in a maildrop, or not, is shown by its number. */
export const MESSAGE = { what: 'the message', as: (number: number) => `message ${number}` } as const;

/** Newest messages that are looked through for own ones whose size is not known yet, and for others. */
const NEWEST = { ofAnySize: 400, ofAnotherSize: 10 };
/** Waits for mail that was handed over by SMTP, in milliseconds. */
const ARRIVAL_PAUSES = [200, 500, 1_000, 2_000, 5_000, 10_000];

/** A message of neutral wording; its last line has no end where `unended`. */
export function ownMail(
  services: Services,
  label: string,
  body: readonly string[] = [`The minutes of the meeting are complete: ${label}.`],
  { unended = false } = {},
): OwnMail {
  const { bytes, nonce, account } = services;
  // Who submits it may have to be its author.
  const { address } = account();
  const about = { from: address, to: address, token: `${nonce}-${label}`, id: `${label}.${nonce}` };
  const content = compose(services, { ...about, body });
  return { label, content: unended ? content.subarray(0, -bytes.CRLF.length) : content };
}

/**
 * The numbers of own messages in this session, by label. A message keeps its size, so that one that was removed is
 * looked for among those of its size and a few others, and not in the whole maildrop.
 * @param known sizes of own messages as LIST told them before; what is found is added
 */
async function findOwn(
  { nonce }: Services,
  client: Pop3Client,
  labels: readonly string[],
  known: Map<string, number>,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const { sizes } = await client.list();
  const own = labels.every((label) => known.has(label)) ? new Set(known.values()) : undefined;
  const newest = [...sizes].slice(-NEWEST.ofAnySize).reverse();
  for (const [at, [number, size]] of newest.entries()) {
    if (found.size === labels.length) break;
    if (own && at >= NEWEST.ofAnotherSize && !own.has(size)) continue;
    const header = (await client.top(number, 0)).bytes ?? (await client.retr(number)).bytes;
    const text = header?.toString('latin1') ?? '';
    const label = labels.find((each) => text.includes(`Subject: Minutes of the meeting ${nonce}-${each}`));
    if (label === undefined) continue;
    found.set(label, number);
    known.set(label, size);
  }
  return found;
}

/**
 * Puts messages into the mailbox, runs `body`, closes the sessions it opened and removes what is left of
 * the messages. Only messages that carry the nonce are touched.
 */
export async function withOwnMail(
  services: Services,
  mail: readonly OwnMail[],
  body: (open: OpenSession) => Promise<void>,
  account: Account = services.account(),
): Promise<void> {
  const labels = mail.map(({ label }) => label);
  const clients: Pop3Client[] = [];
  const sizes = new Map<string, number>();
  const open: OpenSession = async (options) => {
    const client = await openPop3(services, { account, ...options });
    clients.push(client);
    const numbers = await findOwn(services, client, labels, sizes);
    return {
      client,
      numbers,
      number: (label) =>
        numbers.get(label) ??
        services.inconclusive(
          'precondition',
          `The message ${label}, put there by this check, is not in the maildrop.`,
        ),
    };
  };
  try {
    await deposit(services, mail, account);
    await arrival(services, open, labels);
    await body(open);
  } finally {
    for (const { connection } of clients) connection.close();
    await remove(services, labels, account, sizes);
  }
}

async function arrival({ pause, inconclusive }: Services, open: OpenSession, labels: readonly string[]) {
  for (let attempt = 0; ; attempt += 1) {
    const { client, numbers } = await open();
    await client.quit();
    if (numbers.size === labels.length) return;
    const wait = ARRIVAL_PAUSES[attempt];
    if (wait === undefined)
      return inconclusive(
        'precondition',
        `Of ${labels.length} messages put into the mailbox, POP3 shows ${numbers.size}.`,
      );
    await pause(wait);
  }
}

/** By IMAP, which changes nothing in a message; by submission where there is no IMAP. */
async function deposit(services: Services, mail: readonly OwnMail[], account: Account): Promise<void> {
  const { target, inconclusive } = services;
  const role = IMAP_ROLES.find((each) => target.endpoints[each]);
  if (role) {
    const client = await openImap(services, { role, account });
    for (const { content } of mail) {
      const reply = await client.command(['APPEND INBOX ', { bytes: content, synchronising: true }]);
      if (reply.status !== 'OK')
        inconclusive('precondition', `Mail cannot be put into the mailbox: ${reply.text}`);
    }
    await client.logout();
    return;
  }
  const way = SENDING_ROLES.find((each) => target.endpoints[each]);
  if (!way)
    return inconclusive(
      'precondition',
      'Mail cannot be put into the mailbox: the target has neither IMAP nor submission.',
    );
  const client = await openUser(services, { role: way });
  const sender = services.account().address;
  for (const { content } of mail) {
    const transfer = await handOver(client, { sender, recipient: account.address, content });
    if (!transfer.taken)
      inconclusive('precondition', `Mail cannot be sent to the mailbox: ${decisive(transfer)}`);
  }
  await client.quit();
}

/** What is left behind is noted: it says nothing about what the check asks. */
async function remove(
  services: Services,
  labels: readonly string[],
  account: Account,
  sizes: Map<string, number>,
): Promise<void> {
  try {
    const client = await openPop3(services, { account });
    const numbers = await findOwn(services, client, labels, sizes);
    for (const number of numbers.values()) await client.command(`DELE ${number}`);
    await client.quit();
  } catch (failure) {
    services.note(
      `own mail may be left in the mailbox: ${failure instanceof Error ? failure.message : String(failure)}`,
    );
  }
}
