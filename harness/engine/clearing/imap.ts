import type { ImapClient } from '../../client/imap.ts';
import { fetchItems } from '../../client/imap-mailbox.ts';
import { openedMailboxes } from '../../steps/opened-mailboxes.ts';
import { isOwnByHeader } from './by-header.ts';
import type { Cleared } from './cleared.ts';
import type { Marks } from './own.ts';

/** Newest messages of a mailbox that are looked at. */
const NEWEST = 1_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const A_DAY = 86_400_000;

/** Own messages of one mailbox, by UID. */
interface Found {
  readonly name: string;
  readonly uidValidity: number | undefined;
  readonly uids: readonly number[];
}

/** Deletes the messages of a run from every mailbox of the user. @param since when the run began */
export async function clearByImap(client: ImapClient, marks: Marks, since: Date): Promise<Cleared> {
  const found: Found[] = [];
  for await (const { name, uidValidity } of openedMailboxes(client)) {
    const uids = await ownIn(client, marks, since);
    if (uids.length > 0) found.push({ name, uidValidity, uids });
  }
  let [deleted, left] = [0, 0];
  const why: string[] = [];
  for (const mailbox of found) {
    const gone = await removed(client, mailbox);
    deleted += gone.deleted;
    left += gone.left;
    why.push(...gone.why);
  }
  return { deleted, left, why };
}

async function ownIn(client: ImapClient, marks: Marks, since: Date): Promise<readonly number[]> {
  const own: number[] = [];
  // The server counts days where it is (RFC 9051 §6.4.4), which may be a day behind.
  for (const uid of (await client.search(`SINCE ${day(new Date(since.getTime() - A_DAY))}`)).slice(-NEWEST)) {
    const header = await headerOf(client, uid);
    if (!header) continue;
    const rest = async () => (await client.fetch(uid))?.bytes;
    if (await isOwnByHeader(header, marks, rest)) own.push(uid);
  }
  return own;
}

async function headerOf(client: ImapClient, uid: number): Promise<Buffer | undefined> {
  const reply = await client.command(`UID FETCH ${uid} (UID BODY.PEEK[HEADER])`);
  for (const response of reply.untagged) {
    const header = fetchItems(response).get('BODY[HEADER]');
    if (Buffer.isBuffer(header)) return header;
  }
  return undefined;
}

/** Marks them, and has these alone removed: what others marked in the mailbox is theirs to remove. */
async function removed(client: ImapClient, { name, uidValidity, uids }: Found): Promise<Cleared> {
  const all = { deleted: 0, left: uids.length };
  const set = uids.join(',');
  const { selected, reply } = await client.select(name);
  if (!selected) return { ...all, why: [`SELECT is refused: ${reply.text}`] };
  if (selected.uidValidity !== uidValidity) return { ...all, why: ['The UIDs of the mailbox changed.'] };
  const marked = await client.search('DELETED');
  const stored = await client.command(`UID STORE ${set} +FLAGS.SILENT (\\Deleted)`);
  if (stored.status !== 'OK') return { ...all, why: [`STORE is refused: ${stored.text}`] };
  if (!client.capabilities) await client.capability();
  // RFC 4315 §2.1; IMAP4rev2 has it (RFC 9051 §6.4.9).
  const hasUidExpunge = ['UIDPLUS', 'IMAP4REV2'].some((one) => client.capabilities?.has(one));
  if (!hasUidExpunge && marked.some((uid) => !uids.includes(uid)))
    return {
      ...all,
      why: [
        'They are marked as deleted: EXPUNGE would remove messages that somebody else marked too, and the server has no UIDPLUS.',
      ],
    };
  const expunged = await client.command(hasUidExpunge ? `UID EXPUNGE ${set}` : 'EXPUNGE');
  const still = await client.search(`UID ${set}`);
  const left = still.filter((uid) => uids.includes(uid)).length;
  return {
    deleted: uids.length - left,
    left,
    why: left === 0 ? [] : [`EXPUNGE leaves them there: ${expunged.text}`],
  };
}

/** A date as IMAP has it (RFC 9051 §9, date). */
function day(date: Date): string {
  return `${date.getUTCDate()}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()}`;
}
