import type { SmtpReply } from '../client/smtp-reply.ts';
import type { Account } from '../model/target.ts';

/** A message that is handed to the target, and how. */
export interface Offering {
  /** The whole message with CRLF line ends; dots are stuffed on the way. */
  readonly content: Buffer;
  /** Reverse-path; empty for the null one. */
  readonly sender: string;
  /** The first account where none is given. */
  readonly recipient?: string;
  /** Parameters of MAIL, such as `BODY=8BITMIME`. */
  readonly parameters?: string;
  /** Name given in EHLO; the one of the client where none is given. */
  readonly hello?: string;
  /** Name of the vantage; the first one where none is given. */
  readonly vantage?: string;
  /** Submitted by this user, inside TLS. Otherwise a stranger brings the message to mx. */
  readonly as?: Account;
}

/** How the target answered, at the first refusal or at the end of data. */
export interface Offered {
  readonly disposition: 'accepted' | 'deferred' | 'rejected';
  readonly stage: 'EHLO' | 'MAIL' | 'RCPT' | 'DATA';
  readonly code: number;
  readonly reply: SmtpReply;
  /** Code and lines of the reply, as sent. */
  readonly line: string;
}

/** A message that is looked for. */
export interface MailSought {
  /** Printable ASCII that its header or body carries and no other message does. */
  readonly token: string;
  /** The octets that were handed in; they tell what the target added. */
  readonly sent: Buffer;
  /** Whose mailbox; the first account where none is given. */
  readonly account?: Account;
  /** Milliseconds; where none are given, as long as a delivery may take. */
  readonly withinMs?: number;
}
