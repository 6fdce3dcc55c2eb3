import type { ImapClient, Role, Services } from '../../harness/check/check.ts';

/** Ways into the mailbox, best first: only IMAP sees other mailboxes than INBOX. */
const WAYS: readonly Role[] = ['imaps', 'imap', 'pop3s', 'pop3'];
/** Newest messages that POP3 looks through. */
const POP3_MESSAGES = 50;
/** How long a delivery may take, and the pause between two looks, in milliseconds. */
const DELIVERY = 10_000;
const LOOK = 250;

/** A message where it was delivered. */
interface Delivered {
  readonly mailbox: string;
  readonly header: string;
}

/**
 * What shows, where a message was delivered, that the list was heeded: another mailbox than INBOX, or a
 * header field that names the list, its reason, or spam. Null when nothing does.
 * @throws Inconclusive when the message is in no mailbox that can be read
 */
export async function traceOf(
  services: Services,
  token: string,
  marks: readonly string[],
): Promise<string | null> {
  const { inconclusive, pause } = services;
  const deadline = performance.now() + DELIVERY;
  for (;;) {
    const found = await find(services, token);
    if (found) return markOf(found, marks);
    if (performance.now() >= deadline)
      return inconclusive('precondition', 'The accepted message is in no mailbox that can be read.');
    await pause(LOOK);
  }
}

function markOf({ mailbox, header }: Delivered, marks: readonly string[]): string | null {
  if (mailbox.toUpperCase() !== 'INBOX') return `delivered to ${mailbox}`;
  const lower = header.toLowerCase();
  const mark = marks.find((one) => lower.includes(one.toLowerCase()));
  if (mark) return `a header field names ${mark}`;
  const spam = /^x-spam(?:-flag|-status|d-result)?:[^\n]*\byes\b[^\n]*/im.exec(header);
  return spam ? spam[0] : null;
}

async function find(services: Services, token: string): Promise<Delivered | undefined> {
  const { target, inconclusive } = services;
  const role = WAYS.find((way) => target.endpoints[way]);
  if (role === undefined)
    return inconclusive(
      'precondition',
      'The target declares neither IMAP nor POP3, so no mailbox can be read.',
    );
  return role === 'pop3' || role === 'pop3s'
    ? findByPop3(services, role, token)
    : findByImap(services, role, token);
}

async function findByImap(
  { imap, account, inconclusive }: Services,
  role: Role,
  token: string,
): Promise<Delivered | undefined> {
  const { login, password } = account();
  const client = await imap({ role, at: 'tls' });
  const reply = await client.login(login, password);
  if (reply.status !== 'OK') inconclusive('precondition', `The login is refused: ${reply.text}`);
  try {
    const { mailboxes } = await client.listMailboxes();
    for (const { name, attributes } of mailboxes) {
      if (attributes.some((attribute) => /^\\(noselect|nonexistent)$/i.test(attribute))) continue;
      const header = await headerIn(client, name, token);
      if (header !== undefined) return { mailbox: name, header };
    }
    return undefined;
  } finally {
    client.connection.close();
  }
}

async function headerIn(client: ImapClient, mailbox: string, token: string): Promise<string | undefined> {
  const { selected } = await client.select(mailbox, { readOnly: true });
  if (!selected?.exists) return undefined;
  for await (const { bytes } of client.fetchAll()) {
    const header = headerOf(bytes);
    if (header.includes(token)) return header;
  }
  return undefined;
}

async function findByPop3(
  { pop3, account, inconclusive }: Services,
  role: Role,
  token: string,
): Promise<Delivered | undefined> {
  const { login, password } = account();
  const client = await pop3({ role, at: 'tls' });
  const reply = await client.userPass(login, password);
  if (reply.status !== '+OK') inconclusive('precondition', `The login is refused: ${reply.text}`);
  try {
    const { sizes } = await client.list();
    for (const number of [...sizes.keys()].slice(-POP3_MESSAGES)) {
      const { bytes } = await client.top(number, 0);
      const header = bytes ? headerOf(bytes) : '';
      if (header.includes(token)) return { mailbox: 'INBOX', header };
    }
    return undefined;
  } finally {
    await client.quit();
  }
}

function headerOf(message: Buffer): string {
  const [header = ''] = message.toString('latin1').split(/\r?\n\r?\n/, 1);
  return header;
}
