import type { Mailbox, StoredMessage } from '../store/mailbox.ts';
import { octets, untagged } from './encoding.ts';

/** A message as one session knows it. */
export interface Numbered {
  readonly number: number;
  readonly message: StoredMessage;
}

/** A selected mailbox as one session was told of it: numbers change only when the session is told. */
export interface MailboxView {
  readonly mailbox: Mailbox;
  readonly readOnly: boolean;
  readonly mistakes: ViewMistakes | undefined;
  /** Messages by their numbers; those that other sessions removed are left out. */
  numbered(): readonly Numbered[];
  /** The largest number, and the largest UID, for `*`. */
  readonly largest: { readonly number: number; readonly uid: number };
  isRecent(uid: number): boolean;
  /** Flags as a FETCH response shows them. */
  flagsOf(message: StoredMessage): Buffer;
  /** The session was just told the flags of this message. */
  told(message: StoredMessage): void;
  /** Untagged responses for what changed since the last time (RFC 9051 §5.2). */
  news(mayExpunge: boolean): Buffer[];
}

/** Faults of a view. */
export interface ViewMistakes {
  /** Removed messages are dropped without a word. */
  readonly expungeUntold: boolean;
  /** New messages are not mentioned. */
  readonly arrivalsUntold: boolean;
  /** RFC822.SIZE leaves the line ends out. */
  readonly sizesWithoutLineEnds: boolean;
  /** Reading a body marks it as seen after EXAMINE too. */
  readonly examineMarksSeen: boolean;
  /** What carries \Deleted is removed after EXAMINE too. */
  readonly examineExpunges: boolean;
  /** EXPUNGE responses do not count those before them. */
  readonly expungeNumbersStandStill: boolean;
}

/** @param shown a message as the session sees it */
export function openView(
  mailbox: Mailbox,
  readOnly: boolean,
  mistakes?: ViewMistakes,
  shown: (message: StoredMessage) => StoredMessage = (message) => message,
): MailboxView {
  let known = mailbox.messages.map(({ uid, revision }) => ({ uid, revision }));
  let largestUid = known.at(-1)?.uid ?? 0;
  const recent = new Set<number>();
  noteRecent();

  function noteRecent(): void {
    for (const uid of mailbox.recent(!readOnly)) recent.add(uid);
  }
  const flagsOf = (message: StoredMessage) => {
    const flags = [...message.flags, ...(recent.has(message.uid) ? ['\\Recent'] : [])];
    return octets(`(${flags.join(' ')})`);
  };

  return {
    mailbox,
    readOnly,
    mistakes,
    numbered: () =>
      known.flatMap(({ uid }, index) => {
        const message = mailbox.find(uid);
        return message ? [{ number: index + 1, message: shown(message) }] : [];
      }),
    get largest() {
      return { number: known.length, uid: known.at(-1)?.uid ?? 0 };
    },
    isRecent: (uid) => recent.has(uid),
    flagsOf,
    told(message) {
      known = known.map((entry) =>
        entry.uid === message.uid ? { ...entry, revision: message.revision } : entry,
      );
    },
    news(mayExpunge) {
      const responses: Buffer[] = [];
      if (mayExpunge) {
        // From the end, so that no number shifts before it is sent.
        const gone: Buffer[] = [];
        for (let index = known.length - 1; index >= 0; index--) {
          const uid = known[index]?.uid ?? 0;
          if (mailbox.find(uid)) continue;
          if (!mistakes?.expungeUntold) gone.push(untagged(`${index + 1} EXPUNGE`));
          known.splice(index, 1);
        }
        responses.push(...(mistakes?.expungeNumbersStandStill ? gone.reverse() : gone));
      }
      const fresh = mailbox.messages.filter(({ uid }) => uid > largestUid);
      if (fresh.length > 0 && !mistakes?.arrivalsUntold) {
        largestUid = fresh.at(-1)?.uid ?? largestUid;
        known.push(...fresh.map(({ uid, revision }) => ({ uid, revision })));
        noteRecent();
        responses.push(untagged(`${known.length} EXISTS`), untagged(`${recent.size} RECENT`));
      }
      known.forEach((entry, index) => {
        const message = mailbox.find(entry.uid);
        if (!message || message.revision === entry.revision) return;
        known[index] = { uid: entry.uid, revision: message.revision };
        responses.push(untagged(`${index + 1} FETCH (FLAGS `, flagsOf(message), ')'));
      });
      return responses;
    },
  };
}
