import type { ImapClient } from '../check/check.ts';

/** Selects the mailboxes of the user that hold anything, read-only and one after the other; yields their names. */
export async function* openedMailboxes(client: ImapClient): AsyncGenerator<string> {
  const { mailboxes } = await client.listMailboxes();
  for (const { name, attributes } of mailboxes) {
    if (attributes.some((attribute) => /^\\(noselect|nonexistent)$/i.test(attribute))) continue;
    const { selected } = await client.select(name, { readOnly: true });
    if (selected?.exists) yield name;
  }
}
