/** How a message entered the server. */
export interface Arrival {
  /** Envelope sender; empty for the null reverse-path. */
  readonly sender: string;
  /** Envelope recipient. */
  readonly recipient: string;
  readonly clientAddress: string;
  /** Over TLS. */
  readonly secured: boolean;
  /** Address of the account that submitted it. */
  readonly submittedBy: string | undefined;
}

/** A message in a mailbox; a change of flags makes a new record with a higher `revision`. */
export interface StoredMessage {
  readonly uid: number;
  /** Octets as delivered, trace fields included, lines ended by CRLF. */
  readonly content: Buffer;
  readonly internalDate: Date;
  readonly flags: ReadonlySet<string>;
  readonly revision: number;
  /** Absent for messages that a user put there himself (IMAP APPEND). */
  readonly arrival?: Arrival;
}

/** A mailbox, shared by every session that has it open. */
export interface Mailbox {
  readonly uidValidity: number;
  readonly uidNext: number;
  /** Messages in the order of their UIDs. */
  readonly messages: readonly StoredMessage[];
  /** Rises with every change of any message. */
  readonly revision: number;
  find(uid: number): StoredMessage | undefined;
  add(message: Pick<StoredMessage, 'content'> & Partial<StoredMessage>): StoredMessage;
  setFlags(uid: number, flags: ReadonlySet<string>): void;
  remove(uid: number): void;
  /** UIDs that no session has been told of as recent (RFC 3501 §2.3.2); `claim` makes this session the one. */
  recent(claim: boolean): readonly number[];
}

let lastUidValidity = Math.floor(Date.now() / 1000);

export function createMailbox(): Mailbox {
  const messages: StoredMessage[] = [];
  const uidValidity = lastUidValidity++;
  let uidNext = 1;
  let revision = 0;
  let firstRecent = 1;
  const indexOf = (uid: number) => messages.findIndex((message) => message.uid === uid);

  return {
    uidValidity,
    get uidNext() {
      return uidNext;
    },
    messages,
    get revision() {
      return revision;
    },
    find: (uid) => messages[indexOf(uid)],
    add({ content, internalDate = new Date(), flags = new Set(), arrival }) {
      const message: StoredMessage = {
        uid: uidNext++,
        content,
        internalDate,
        flags,
        revision: ++revision,
        ...(arrival ? { arrival } : {}),
      };
      messages.push(message);
      return message;
    },
    setFlags(uid, flags) {
      const at = indexOf(uid);
      const message = messages[at];
      if (message) messages[at] = { ...message, flags, revision: ++revision };
    },
    remove(uid) {
      const at = indexOf(uid);
      if (at < 0) return;
      messages.splice(at, 1);
      revision++;
    },
    recent(claim) {
      const uids = messages.map(({ uid }) => uid).filter((uid) => uid >= firstRecent);
      if (claim) firstRecent = uidNext;
      return uids;
    },
  };
}
