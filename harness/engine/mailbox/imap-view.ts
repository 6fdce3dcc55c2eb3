import type { ImapClient } from '../../client/imap.ts';
import { fetchItems } from '../../client/imap-mailbox.ts';
import { imapText } from '../../client/imap-values.ts';
import { type OpenedMailbox, openedMailboxes } from '../../steps/opened-mailboxes.ts';
import { Malformed } from '../../wire/failures.ts';
import { type Arrival, LARGEST, type Memory, type Sighting } from './memory.ts';
import type { MailboxSession, Queue, View, Waiting } from './waiting.ts';

/** Newest messages of a mailbox that are listed when it is seen first, and how many of them are fetched. */
const LISTED = 500;
const FETCHED = 50;

/** What is known of one mailbox. */
interface Box {
  readonly uidValidity: number | undefined;
  /** What EXAMINE said when all of it was known; 0 before. */
  uidNext: number;
  exists: number;
  /** Highest UID that is known. */
  last: number;
  /** It holds messages that were never listed. */
  older: boolean;
  readonly sightings: Map<number, Sighting>;
  /** UIDs that were left to searches of the server, and not searched yet for those who wait. */
  readonly left: Set<number>;
  /** Who began to wait later has not been searched for among what is not kept. */
  searchedFor: number;
}

/** What IMAP shows of an account: every mailbox that can be selected, Junk included. */
export interface ImapView extends View {
  session(client: ImapClient): MailboxSession;
}

export function createImapView(memory: Memory): ImapView {
  const boxes = new Map<string, Box>();

  function boxOf({ name, uidValidity }: OpenedMailbox): Box {
    const known = boxes.get(name);
    if (known && known.uidValidity === uidValidity) return known;
    const box: Box = {
      uidValidity,
      uidNext: 0,
      exists: 0,
      last: 0,
      older: false,
      sightings: new Map(),
      left: new Set(),
      searchedFor: 0,
    };
    boxes.set(name, box);
    return box;
  }

  /** Fetches what is new, and hands it out; leaves what is too large, or too much, for that. */
  async function takeIn(client: ImapClient, opened: OpenedMailbox, queue: Queue): Promise<void> {
    const box = boxOf(opened);
    const { name, exists, uidNext = 0 } = opened;
    if (uidNext > 0 && uidNext === box.uidNext && exists === box.exists) return;
    const isFirst = box.last === 0;
    if (isFirst) box.older = exists > LISTED;
    const news = (await listed(client, isFirst ? { newestOf: exists } : { above: box.last })).filter(
      ({ uid }) => uid > box.last,
    );
    for (const [index, { uid, size }] of news.entries()) {
      const sighting = { mailbox: name, number: `UID ${uid}` };
      if (size > LARGEST || (isFirst && index < news.length - FETCHED)) {
        box.sightings.set(uid, sighting);
        box.left.add(uid);
      } else {
        const found = await client.fetch(uid);
        if (found) {
          box.sightings.set(uid, sighting);
          give(queue(), memory.keep(sighting, found.bytes));
        }
      }
      box.last = uid;
      if (queue().length === 0) return;
    }
    box.uidNext = uidNext;
    box.exists = exists;
  }

  /** Has the server search what is not kept: all of it for who just came, and what just came for all. */
  async function search(client: ImapClient, opened: OpenedMailbox, queue: Queue): Promise<void> {
    const box = boxOf(opened);
    const left = [...box.left];
    const isUnkept = box.older || [...box.sightings.values()].some((one) => !memory.recall(one));
    const waiting = queue();
    for (const one of waiting) {
      const isNew = one.serial > box.searchedFor;
      if (!one.waits || (isNew ? !isUnkept : left.length === 0)) continue;
      const within = isNew ? '' : `UID ${left.join(',')} `;
      for (const uid of await client.search(`${within}TEXT "${one.token}"`)) {
        const sighting = box.sightings.get(uid) ?? { mailbox: opened.name, number: `UID ${uid}` };
        if (memory.recall(sighting)) continue;
        const found = await client.fetch(uid);
        // What the server calls a match is one, whatever can be seen of it here.
        if (found && one.take({ sighting, bytes: found.bytes, text: one.token })) break;
      }
    }
    for (const uid of left) box.left.delete(uid);
    box.searchedFor = Math.max(box.searchedFor, ...waiting.map(({ serial }) => serial));
  }

  return {
    get messages() {
      return [...boxes.values()].reduce((sum, { sightings }) => sum + sightings.size, 0);
    },
    get mailboxes() {
      return boxes.size;
    },
    *kept() {
      for (const { sightings } of boxes.values()) {
        for (const sighting of sightings.values()) {
          const arrival = memory.recall(sighting);
          if (arrival) yield arrival;
        }
      }
    },
    session: (client) => ({
      get alive() {
        return client.connection.ended === undefined;
      },
      async look(queue) {
        for await (const opened of openedMailboxes(client)) {
          await takeIn(client, opened, queue);
          if (queue().length === 0) return;
          await search(client, opened, queue);
          if (queue().length === 0) return;
        }
      },
      async rest() {
        // A mailbox that stays selected may be in the way of who deletes it; read-only, CLOSE removes nothing.
        await client.attempt('CLOSE');
      },
      leave: () => client.logout(),
    }),
  };
}

function give(waiting: readonly Waiting[], arrival: Arrival): void {
  for (const one of waiting) one.take(arrival);
}

interface Listed {
  readonly uid: number;
  readonly size: number;
}

/** UIDs and sizes of the newest messages, or of those above a UID; ascending. */
async function listed(
  client: ImapClient,
  which: { readonly newestOf: number } | { readonly above: number },
): Promise<readonly Listed[]> {
  const command =
    'above' in which
      ? `UID FETCH ${which.above + 1}:* (UID RFC822.SIZE)`
      : `FETCH ${Math.max(1, which.newestOf - LISTED + 1)}:* (UID RFC822.SIZE)`;
  const reply = await client.command(command);
  if (reply.status !== 'OK')
    throw new Malformed(`Expected UIDs and sizes of a mailbox with OK, found "${reply.text}".`);
  const found = new Map<number, number>();
  for (const response of reply.untagged) {
    const items = fetchItems(response);
    const [uid, size] = ['UID', 'RFC822.SIZE'].map((name) => Number(imapText(items.get(name))));
    if (uid !== undefined && Number.isSafeInteger(uid) && uid > 0) found.set(uid, size ?? Number.NaN);
  }
  return [...found].map(([uid, size]) => ({ uid, size })).sort((a, b) => a.uid - b.uid);
}
