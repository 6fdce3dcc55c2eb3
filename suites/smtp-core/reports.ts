import type { ImapClient, Role, Services } from '../../harness/check/services.ts';

/** Pause before the next login where there are too many sessions (RFC 5530 §3, LIMIT), in milliseconds. */
const BUSY_PAUSE = 1_000;

/** A message that came back to the sender. */
export interface ReturnedMail {
  readonly bytes: Buffer;
  readonly mailbox: string;
}

/**
 * Waits for a message in the mailbox of the first account that carries a token. It is meant for tokens of
 * messages that went elsewhere, so that nothing but a report about them carries one; null where none comes.
 * @throws Inconclusive where IMAP cannot read the mailbox
 */
export async function returnedMail(
  services: Services,
  token: string,
  withinMs: number,
): Promise<ReturnedMail | null> {
  const { target, pause, inconclusive } = services;
  const role = (['imaps', 'imap'] as const).find((one) => target.endpoints[one]);
  if (!role) return inconclusive('precondition', 'The target declares no IMAP, so reports cannot be read.');
  const client = await loggedIn(services, role);
  const deadline = performance.now() + withinMs;
  try {
    for (;;) {
      const found = await look(client, token);
      if (found || performance.now() >= deadline) return found;
      await pause(200);
    }
  } finally {
    await client.logout();
  }
}

/** Checks side by side may be more sessions of one user than a server allows; others end soon. */
async function loggedIn(services: Services, role: Role): Promise<ImapClient> {
  const { account, imap, pause, inconclusive, lab } = services;
  const { login, password } = account();
  const patience = performance.now() + lab().outboundMs;
  for (;;) {
    const client = await imap({ role, at: 'tls' });
    const reply = await client.login(login, password);
    if (reply.status === 'OK') return client;
    client.connection.close();
    if (reply.code !== 'LIMIT' || performance.now() >= patience)
      return inconclusive('precondition', `The login at ${role} is refused: ${reply.text}`);
    await pause(BUSY_PAUSE);
  }
}

async function look(client: ImapClient, token: string): Promise<ReturnedMail | null> {
  const { mailboxes } = await client.listMailboxes();
  for (const { name, attributes } of mailboxes) {
    if (attributes.some((attribute) => /^\\(noselect|nonexistent)$/i.test(attribute))) continue;
    const { selected } = await client.select(name, { readOnly: true });
    if (!selected?.exists) continue;
    for (const uid of await client.search(`TEXT "${token}"`)) {
      const message = await client.fetch(uid);
      if (message) return { bytes: message.bytes, mailbox: name };
    }
  }
  return null;
}
