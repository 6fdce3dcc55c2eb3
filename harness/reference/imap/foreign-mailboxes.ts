import type { ReferenceAccount } from '../accounts.ts';
import type { Site } from '../site.ts';
import type { MailAccountStore } from '../store/mail-store.ts';
import type { ImapSession } from './session.ts';

/** Faults: ways from the mail of one user to that of another, which nobody ever gave rights to. */

function storeOfUser(site: Site, user: string): MailAccountStore | undefined {
  const account = site.directory.find(`${user}@${site.domain}`);
  return account && site.store.of(account.address);
}

/** The mail of a user, from which `../user/` leads to that of another one. */
export function openStore(site: Site, owner: ReferenceAccount): MailAccountStore {
  const own = site.store.of(owner.address);
  return {
    ...own,
    find(name) {
      const [, user = '', rest = ''] = /^\.\.\/([^/]+)\/(.+)$/.exec(name) ?? [];
      return user === '' ? own.find(name) : storeOfUser(site, user)?.find(rest);
    },
  };
}

/** Names under which LIST shows the mailboxes of everybody else; none without the fault. */
export function namesOfOthers({ site, account }: ImapSession): readonly string[] {
  if (!site.faulty('imap-lists-foreign-mailboxes')) return [];
  const others = site.directory.accounts.filter(({ address }) => address !== account?.address);
  return others.flatMap(({ address }) => {
    const user = address.slice(0, address.indexOf('@'));
    return site.store
      .of(address)
      .names()
      .map((name) => `Other Users/${user}/${name}`);
  });
}
