import { createMailbox, type Mailbox } from './mailbox.ts';

/** The mailboxes of one account. INBOX always exists and its name has no letter case (RFC 9051 §5.1). */
export interface MailAccountStore {
  readonly inbox: Mailbox;
  names(): readonly string[];
  find(name: string): Mailbox | undefined;
  /** False when the name is taken. */
  create(name: string): boolean;
  /** False when there is no such mailbox, or it is INBOX. */
  delete(name: string): boolean;
  /** Gives a mailbox another name; INBOX is emptied into a new one (RFC 9051 §6.3.6). */
  rename(from: string, to: string): boolean;
  readonly subscriptions: Set<string>;
  /** Takes the POP3 lock (RFC 1939 §4); undefined while another session holds it. */
  lock(): (() => void) | undefined;
}

/** The mail of every account, in memory. */
export interface MailStore {
  /** Mailboxes of an account, made when first asked for. */
  of(address: string): MailAccountStore;
}

export function createMailStore(): MailStore {
  const accounts = new Map<string, MailAccountStore>();
  return {
    of(address) {
      const known = accounts.get(address);
      if (known) return known;
      const made = createAccountStore();
      accounts.set(address, made);
      return made;
    },
  };
}

function createAccountStore(): MailAccountStore {
  const inbox = createMailbox();
  const mailboxes = new Map<string, Mailbox>([['INBOX', inbox]]);
  let locked = false;
  const canonical = (name: string) => (name.toUpperCase() === 'INBOX' ? 'INBOX' : name);
  return {
    inbox,
    names: () => [...mailboxes.keys()],
    find: (name) => mailboxes.get(canonical(name)),
    create(name) {
      if (mailboxes.has(canonical(name))) return false;
      mailboxes.set(canonical(name), createMailbox());
      return true;
    },
    delete: (name) => canonical(name) !== 'INBOX' && mailboxes.delete(name),
    rename(from, to) {
      const mailbox = mailboxes.get(canonical(from));
      if (!mailbox || mailboxes.has(canonical(to))) return false;
      if (canonical(from) === 'INBOX') {
        const target = createMailbox();
        mailboxes.set(to, target);
        for (const message of [...inbox.messages]) {
          target.add(message);
          inbox.remove(message.uid);
        }
        return true;
      }
      mailboxes.delete(from);
      mailboxes.set(to, mailbox);
      for (const name of [...mailboxes.keys()].filter((candidate) => candidate.startsWith(`${from}/`))) {
        const inferior = mailboxes.get(name);
        if (inferior) mailboxes.set(to + name.slice(from.length), inferior);
        mailboxes.delete(name);
      }
      return true;
    },
    subscriptions: new Set(['INBOX']),
    lock() {
      if (locked) return undefined;
      locked = true;
      let held = true;
      return () => {
        if (held) locked = false;
        held = false;
      };
    },
  };
}
