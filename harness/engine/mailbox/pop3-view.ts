import type { Pop3Client } from '../../client/pop3.ts';
import type { Memory, Sighting } from './memory.ts';
import { quotesToken } from './memory.ts';
import type { MailboxSession, View } from './waiting.ts';

/** Newest messages that are looked through. */
const NEWEST = 200;
/** Messages from which on it is worth a command to learn whether several can be asked for at a time. */
const MANY = 5;

interface Seen {
  readonly sighting: Sighting;
  /** Who began to wait later has not been looked for in it, unless it is kept. */
  lookedThroughFor: number;
}

/** What POP3 shows of an account: INBOX. */
export interface Pop3View extends View {
  session(client: Pop3Client): MailboxSession;
}

export function createPop3View(memory: Memory): Pop3View {
  /** By unique-id; in the order in which they count: the newest first. */
  let known = new Map<string, Seen>();

  return {
    get messages() {
      return known.size;
    },
    mailboxes: 1,
    *kept() {
      for (const { sighting } of known.values()) {
        const arrival = memory.recall(sighting);
        if (arrival) yield arrival;
      }
    },
    session: (client) => ({
      // A session shows what there was when it began (RFC 1939 §5), so that each look has its own.
      alive: false,
      async look(queue) {
        const { sizes } = await client.list();
        const { ids } = await client.uidl();
        const seen = new Map<string, Seen>();
        /** Handed out when the maildrop is free again. */
        const handed: (() => void)[] = [];
        const wanted = new Set(queue());
        const latest = Math.max(0, ...[...wanted].map(({ serial }) => serial));
        const unread = new Map<number, Seen>();
        for (const number of [...sizes.keys()].slice(-NEWEST).reverse()) {
          const id = ids.get(number);
          const before = id === undefined ? undefined : known.get(id);
          const one = before ?? {
            sighting: { mailbox: 'INBOX', number: `message ${number}` },
            lookedThroughFor: 0,
          };
          if (id !== undefined) seen.set(id, one);
          const isKept = memory.recall(one.sighting) !== undefined;
          if (wanted.size > 0 && !(before && (isKept || latest <= one.lookedThroughFor)))
            unread.set(number, one);
        }
        if (unread.size >= MANY) await client.capa();
        await client.retrEach([...unread.keys()], (number, bytes) => {
          const one = unread.get(number);
          if (!one || !bytes) return;
          const arrival = memory.keep(one.sighting, bytes);
          for (const waiting of wanted) {
            if (!quotesToken(arrival, waiting.token)) continue;
            handed.push(() => void waiting.take(arrival));
          }
          one.lookedThroughFor = latest;
        });
        known = new Map([...seen, ...[...known].filter(([id]) => !seen.has(id))]);
        await client.quit();
        for (const hand of handed) hand();
      },
      rest: async () => undefined,
      leave: async () => client.connection.close(),
    }),
  };
}
