import type { ReferenceAccount } from '../accounts.ts';
import type { AddressHolder } from '../pop-before-smtp/asserted-address.ts';
import type { Site } from '../site.ts';
import type { Mailbox, StoredMessage } from '../store/mailbox.ts';

export type Pop3Role = 'pop3' | 'pop3s';

/** How long a session may be silent, in milliseconds (RFC 1939 §3: at least ten minutes). */
export const IDLE_MS = 900_000;
/** Longest command line without CRLF; RFC 2449 §4 demands 255 octets with it. */
export const COMMAND_LIMIT = 512;
/** Errors after which a session is ended. */
export const ERROR_LIMIT = 20;

/** The mailbox as it was at login: numbers stay what they are, whatever other sessions do (RFC 1939 §5). */
export interface Maildrop {
  readonly site: Site;
  readonly account: ReferenceAccount;
  readonly mailbox: Mailbox;
  readonly messages: readonly StoredMessage[];
  /** Indices of messages marked as deleted. */
  readonly deleted: Set<number>;
  /** Indices of messages that were retrieved. */
  readonly retrieved: Set<number>;
  release(): void;
}

/** State of one POP3 session; a maildrop means TRANSACTION, none AUTHORIZATION (RFC 1939 §3). */
export interface Pop3Session extends AddressHolder {
  readonly role: Pop3Role;
  /** The APOP timestamp of the greeting; undefined where there is none. */
  readonly timestamp: string | undefined;
  /** What USER said. */
  user: string | undefined;
  maildrop: Maildrop | undefined;
  /** UTF8 was said (RFC 6856 §2). */
  isUtf8: boolean;
  failedLogins: number;
  errors: number;
}

/** A POP3 response (RFC 1939 §3); `multiline` is sent after it, byte-stuffed. */
export interface Pop3Response {
  readonly ok: boolean;
  readonly text: string;
  readonly multiline?: Buffer;
  readonly closes?: boolean;
}

export function ok(text: string, multiline?: Buffer): Pop3Response {
  return { ok: true, text, ...(multiline ? { multiline } : {}) };
}

/** @param code response code without brackets (RFC 2449 §8, RFC 3206) */
export function err(text: string, code?: string): Pop3Response {
  return { ok: false, text: code ? `[${code}] ${text}` : text };
}

export function closing(response: Pop3Response): Pop3Response {
  return { ...response, closes: true };
}
