import type { ImapClient, Services } from '../../harness/check/services.ts';
import { findByPop3, openMaildrop } from './maildrop.ts';

/** Whether a message that quotes the token lies in a mailbox of the first account, Junk included, as a sentence; null where none does. */
export async function reportInMailbox(services: Services, token: string): Promise<string | null> {
  const found = 'a report about it lies in the mailbox of its sender';
  const client = await openImap(services);
  if (client) {
    try {
      const { mailboxes } = await client.listMailboxes();
      for (const { name, attributes } of mailboxes) {
        if (attributes.some((attribute) => /^\\(noselect|nonexistent)$/i.test(attribute))) continue;
        const { selected } = await client.select(name, { readOnly: true });
        if (selected?.exists && (await client.search(`TEXT "${token}"`)).length > 0) return found;
      }
      return null;
    } finally {
      await client.logout();
    }
  }
  const maildrop = await openMaildrop(services);
  if (!maildrop)
    return services.inconclusive('precondition', 'No mailbox can be read, so reports cannot be looked for.');
  try {
    return (await findByPop3(maildrop, token)) ? found : null;
  } finally {
    await maildrop.quit();
  }
}

async function openImap({ target, imap, account, inconclusive }: Services): Promise<ImapClient | undefined> {
  const role = (['imaps', 'imap'] as const).find((one) => target.endpoints[one]);
  if (!role) return undefined;
  const { login, password } = account();
  const client = await imap({ role, at: 'tls' });
  const reply = await client.login(login, password);
  if (reply.status !== 'OK') inconclusive('precondition', `The login at ${role} is refused: ${reply.text}`);
  return client;
}
