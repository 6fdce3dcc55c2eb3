import type { ReferenceAccount } from '../accounts.ts';
import type { Site } from '../site.ts';
import type { Maildrop } from './session.ts';

/** A maildrop in which nothing was done yet. */
export function maildropOver(parts: Omit<Maildrop, 'deleted' | 'retrieved'>): Maildrop {
  return { ...parts, deleted: new Set(), retrieved: new Set() };
}

/** Whose mail a login opens: one's own, but for a fault. */
export function addressOfMaildrop(site: Site, account: ReferenceAccount): string {
  const [first] = site.directory.accounts;
  return first && site.faulty('pop3-opens-mailbox-of-another') ? first.address : account.address;
}
