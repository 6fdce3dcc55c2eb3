import type { ReferenceAccount } from '../accounts.ts';
import type { ServerConnection } from '../session/connection.ts';
import type { Site } from '../site.ts';
import type { Standing } from './block-lists.ts';

export type SmtpRole = 'mx' | 'submission' | 'submissions';

export interface Hello {
  readonly name: string;
  /** EHLO rather than HELO. */
  readonly extended: boolean;
  /** What a fault takes after a line end in the name; it breaks the Received field there. */
  readonly broken?: readonly string[];
}

export interface Recipient {
  /** As given by the client, without brackets and source route. */
  readonly address: string;
  /** The account it is delivered to; undefined for a recipient elsewhere. */
  readonly account: ReferenceAccount | undefined;
  /** Where its mail goes on to; undefined where it stays, or goes to the recipient elsewhere. */
  readonly forwardedTo?: string | undefined;
  /** The sender asked for a notification of the delivery (RFC 3461 §4.1). */
  readonly notifySuccess: boolean;
  /** What ORCPT gave: address type and address (RFC 3461 §4.2). */
  readonly original: string | undefined;
  /** What a fault does to it instead of a delivery. */
  readonly fate?: 'bounced' | 'dropped' | undefined;
}

export interface Transaction {
  /** Empty for the null reverse-path. */
  readonly sender: string;
  readonly smtpUtf8: boolean;
  readonly envelopeId: string | undefined;
  readonly recipients: Recipient[];
  /** What BDAT brought so far; undefined before the first BDAT. */
  chunks: Buffer[] | undefined;
}

/** State of one SMTP session. */
export interface SmtpSession {
  readonly site: Site;
  readonly connection: ServerConnection;
  readonly role: SmtpRole;
  hello: Hello | undefined;
  /** The name given before TLS, where a fault keeps it. */
  helloBeforeTls: string | undefined;
  account: ReferenceAccount | undefined;
  /** Logged in by ANONYMOUS. */
  anonymous: boolean;
  transaction: Transaction | undefined;
  /** What the lists of addresses say about the client; unknown until they were asked. */
  standing?: Standing;
  /** The address of the client has a name that leads back to it; unknown until somebody asked. */
  isNamed?: boolean;
  failedLogins: number;
  /** Messages that were refused at their end. */
  refusedMessages: number;
  /** DATA ends the connection without a word, as a process that dies of it does. */
  doomed?: boolean;
  errors: number;
  /** A reply that a fault sends when more input is there. */
  heldReply?: Buffer | undefined;
  /** A fault believes what the client claimed to be. */
  favoured: boolean;
  /** The address that a fault takes for the one of the client. */
  claimedAddress?: string | undefined;
}

/** Messages are submitted here rather than relayed to (RFC 6409). */
export function isSubmission({ role }: SmtpSession): boolean {
  return role !== 'mx';
}
