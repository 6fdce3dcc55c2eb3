import type { ImapClient } from '../check/check.ts';
import type { ImapSelected } from '../client/imap.ts';

/** A mailbox that is selected at this moment. */
export interface OpenedMailbox extends ImapSelected {
  readonly name: string;
  readonly exists: number;
}

/** Selects the mailboxes of the user that hold anything, read-only and one after the other. */
export async function* openedMailboxes(client: ImapClient): AsyncGenerator<OpenedMailbox> {
  const { mailboxes } = await client.listMailboxes();
  for (const { name, attributes } of mailboxes) {
    if (attributes.some((attribute) => /^\\(noselect|nonexistent)$/i.test(attribute))) continue;
    const { selected } = await client.select(name, { readOnly: true });
    if (selected?.exists) yield { ...selected, name, exists: selected.exists };
  }
}
