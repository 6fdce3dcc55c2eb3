import type { MailSought } from '../check/mail.ts';
import type { Services } from '../check/services.ts';
import type { ImapClient } from '../client/imap.ts';
import { type StoredMessage, storedMessage } from '../messages/stored-message.ts';
import type { Role } from '../model/roles.ts';
import type { Account } from '../model/target.ts';
import { openImap } from './imap-login.ts';
import { openedMailboxes } from './opened-mailboxes.ts';
import { openPop3 } from './pop3-login.ts';

/** Ways into a mailbox, best first: only IMAP sees others than INBOX and the octets as they are stored. */
export const MAILBOX_ROLES: readonly Role[] = ['imaps', 'imap', 'pop3s', 'pop3'];
/** Newest messages that POP3 looks through. */
const POP3_MESSAGES = 200;
/** Pause between two looks, in milliseconds. */
const LOOK = 200;

/**
 * Waits for a message in a mailbox of the target, Junk and every other one included; null where it does
 * not come. Reports that quote it are passed over (RFC 3462).
 * @throws Inconclusive where the mailbox cannot be read
 */
export function inMailbox(services: Services, sought: MailSought): Promise<StoredMessage | null> {
  return awaited(services, sought, (message) => !isReport(message));
}

/**
 * Waits for a message about a message that went elsewhere: a report in the mailbox of its sender, in
 * whatever form and folder, that quotes the token; null where none comes, and where the target declares no
 * way into a mailbox, which is noted.
 * @throws Inconclusive where the mailbox that is declared cannot be read
 */
export async function returnedMail(
  services: Services,
  sought: Omit<MailSought, 'sent'>,
): Promise<StoredMessage | null> {
  if (!MAILBOX_ROLES.some((way) => services.target.endpoints[way])) {
    services.note('No mailbox can be read, so it was not looked whether a report came back.');
    return null;
  }
  return awaited(services, { ...sought, sent: NOTHING }, () => true);
}

const NOTHING = Buffer.alloc(0);

async function awaited(
  services: Services,
  sought: MailSought,
  isSought: (message: StoredMessage) => boolean,
): Promise<StoredMessage | null> {
  const { target, inconclusive } = services;
  const role = MAILBOX_ROLES.find((way) => target.endpoints[way]);
  if (role === undefined)
    return inconclusive(
      'precondition',
      'The target declares neither IMAP nor POP3, so no mailbox can be read.',
    );
  const account = sought.account ?? services.account();
  const within = sought.withinMs ?? target.timing.outboundMs;
  const deadline = performance.now() + within;
  if (role === 'imap' || role === 'imaps') {
    const client = await openImap(services, { role, account });
    try {
      return await repeated(services, deadline, () => lookByImap(client, sought, isSought));
    } finally {
      await client.logout();
    }
  }
  return repeated(services, deadline, () => lookByPop3(services, role, account, sought, isSought));
}

async function repeated(
  { pause }: Services,
  deadline: number,
  look: () => Promise<StoredMessage | undefined>,
): Promise<StoredMessage | null> {
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() >= deadline) return null;
    await pause(LOOK);
  }
}

async function lookByImap(
  client: ImapClient,
  { token, sent }: MailSought,
  isSought: (message: StoredMessage) => boolean,
): Promise<StoredMessage | undefined> {
  for await (const name of openedMailboxes(client)) {
    for (const uid of await client.search(`TEXT "${token}"`)) {
      const found = await client.fetch(uid);
      if (!found) continue;
      const message = storedMessage(name, found.bytes, sent);
      if (isSought(message)) return message;
    }
  }
  return undefined;
}

async function lookByPop3(
  services: Services,
  role: Role,
  account: Account,
  { token, sent }: MailSought,
  isSought: (message: StoredMessage) => boolean,
): Promise<StoredMessage | undefined> {
  const client = await openPop3(services, { role, account });
  try {
    const { sizes } = await client.list();
    for (const number of [...sizes.keys()].slice(-POP3_MESSAGES).reverse()) {
      const { bytes } = await client.retr(number);
      if (!bytes?.includes(token)) continue;
      const message = storedMessage('INBOX', bytes, sent);
      if (isSought(message)) return message;
    }
    return undefined;
  } finally {
    await client.quit();
  }
}

function isReport({ fields }: StoredMessage): boolean {
  return fields.some(({ name, value }) => name === 'content-type' && /^multipart\/report\b/i.test(value));
}
