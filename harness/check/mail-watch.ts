import type { Account } from '../model/target.ts';

/** What somebody waits for in a mailbox of the target. */
export interface MailAwaited {
  readonly account: Account;
  /** Printable ASCII that the message quotes, in header or body, encoded or not. */
  readonly token: string;
  /** Milliseconds; one look begins after somebody began to wait in any case. */
  readonly withinMs: number;
  /** By POP3, in a watch of its own, where the account is watched by IMAP. */
  readonly byPop3?: boolean;
  /** No time was named: the wait ends before, once nothing more is to be expected. */
  readonly isPatient?: boolean;
  /** Whether a message that quotes the token is the one. */
  readonly isAwaited: (message: WatchedMessage) => boolean;
}

/** A message as it was found in a mailbox. */
export interface WatchedMessage {
  /** Such as `INBOX` or `Junk`. */
  readonly mailbox: string;
  /** As handed out by the server: IMAP octet by octet, POP3 with CRLF line ends and dots unstuffed. */
  readonly bytes: Buffer;
}

/** The mailboxes of the target, each watched in one session for everybody who waits. */
export interface WatchedMailboxes {
  /**
   * Waits for a message, which may have come before; null where it does not come in time.
   * @throws Inconclusive, or the failure of the connection, where the mailbox cannot be read
   */
  awaited(wanted: MailAwaited): Promise<WatchedMessage | null>;
  /**
   * Waits until the server takes another login of this user by POP3, where it demands time between two; no time of the
   * check passes.
   */
  untilLogin(account: Account): Promise<void>;
  /** Tells of a login by POP3. */
  loggedIn(account: Account): void;
  /** The server demands so many milliseconds between two logins by POP3. */
  demandsDelay(account: Account, delayMs: number): void;
  /** Gives up the session of the watch for a moment: the server says that this user has too many. */
  makeRoom(account: Account): void;
}
