import type { ReferenceAccount } from '../accounts.ts';
import type { AddressHolder } from '../pop-before-smtp/asserted-address.ts';
import type { MailboxView } from './view.ts';

export type ImapRole = 'imap' | 'imaps';

/** How long a session may be silent, in milliseconds: over the 30 minutes of RFC 9051 §5.4 once logged in. */
export const IDLE_MS = { loggedIn: 2_400_000, before: 180_000 } as const;
/** Longest line of a command without CRLF. */
export const LINE_LIMIT = 16_384;
/** Most octets of the literals of one command: a login before, a message after it. */
export const LITERAL_LIMIT = { loggedIn: 10_485_760, before: 4_096 } as const;
/** Errors after which a session is ended. */
export const ERROR_LIMIT = 20;

/** State of one IMAP session (RFC 9051 §3). */
export interface ImapSession extends AddressHolder {
  readonly role: ImapRole;
  /** Set once logged in. */
  account: ReferenceAccount | undefined;
  /** The mailbox that is selected. */
  view: MailboxView | undefined;
  /** UTF8=ACCEPT was enabled (RFC 6855 §3). */
  isUtf8: boolean;
  failedLogins: number;
  errors: number;
}

/** Completion of a command: untagged responses, then the tagged one (RFC 9051 §2.2.2). */
export interface ImapResult {
  readonly status: 'OK' | 'NO' | 'BAD';
  readonly text: string;
  readonly untagged: readonly Buffer[];
  /** EXPUNGE responses may not be sent with this command (RFC 9051 §7.5.1). */
  readonly keepsNumbers?: boolean;
  readonly closes?: boolean;
}

export function ok(text: string, untagged: readonly Buffer[] = []): ImapResult {
  return { status: 'OK', text, untagged };
}

export function no(text: string): ImapResult {
  return { status: 'NO', text, untagged: [] };
}

export function bad(text: string): ImapResult {
  return { status: 'BAD', text, untagged: [] };
}
