import type * as Authentication from '../authentication/authentication.ts';
import type * as Certificates from '../certificates/certificates.ts';
import type { Answer } from '../client/answer.ts';
import type { ImapClient, ImapCommand, ImapReply } from '../client/imap.ts';
import type { Pop3Client, Pop3Reply } from '../client/pop3.ts';
import type { SaslMechanism } from '../client/sasl/mechanism.ts';
import type * as Sasl from '../client/sasl/sasl.ts';
import type { SmtpClient } from '../client/smtp.ts';
import type { SmtpReply } from '../client/smtp-reply.ts';
import type { RecordedResult, StoredMessage } from '../messages/stored-message.ts';
import type { Role } from '../model/roles.ts';
import type { Account, Target } from '../model/target.ts';
import type { Cause } from '../model/verdict.ts';
import type * as Smime from '../smime/smime.ts';
import type * as Bytes from '../wire/bytes.ts';
import type { Connection } from '../wire/connection.ts';
import type * as TlsProbe from '../wire/tls-probe.ts';
import type { Control } from './control.ts';
import type { Imprint } from './imprint.ts';
import type {
  ArrivedMessage,
  CertificateRequest,
  Interception,
  Lab,
  PublishedAnswer,
  Receiver,
  SmtpRule,
  SmtpSession,
  WebHost,
  ZoneRecord,
  ZoneSigning,
} from './lab.ts';
import type { MailSought, Offered, Offering } from './mail.ts';
import type { WatchedMailboxes } from './mail-watch.ts';
import type { AccessNetwork, OutsideService, OutsideSink } from './network.ts';
import type { Place } from './patience.ts';
import type { FetchedDocument, LookedUp, PublishedEntry, Records } from './records.ts';
import type { Verify } from './verify.ts';

export type {
  AccessNetwork,
  Account,
  Answer,
  ArrivedMessage,
  CertificateRequest,
  Connection,
  FetchedDocument,
  ImapClient,
  ImapCommand,
  ImapReply,
  Interception,
  Lab,
  LookedUp,
  MailSought,
  Offered,
  Offering,
  OutsideService,
  OutsideSink,
  Pop3Client,
  Pop3Reply,
  PublishedAnswer,
  PublishedEntry,
  Receiver,
  RecordedResult,
  Records,
  Role,
  SaslMechanism,
  SmtpClient,
  SmtpReply,
  SmtpRule,
  SmtpSession,
  StoredMessage,
  Target,
  Verify,
  WebHost,
  ZoneRecord,
  ZoneSigning,
};

/** How far a client goes before the script takes over. */
export interface ClientOptions {
  /** Another role than the one under test. */
  readonly role?: Role;
  /**
   * `greeting` (default): connected, greeting read; TLS first on an implicit-TLS role.
   * `ready`: SMTP has sent EHLO. `tls`: inside TLS, SMTP has sent EHLO again; on an upgrade role this
   * is not applicable where the upgrade is not offered. `tls-where-offered`: there the client stays in the
   * clear, for a password that may travel so.
   */
  readonly at?: 'greeting' | 'ready' | 'tls' | 'tls-where-offered';
  /** Name of the vantage to connect from; the first one where there is a lab. */
  readonly vantage?: string;
  /** Over IPv6, to a role among `ipv6Roles`; else as the body runs. */
  readonly family?: 'IPv6';
  /** A man in the middle to go through; it stands in front of its role. */
  readonly through?: Interception;
  /** A server of the lab instead of the target, in the same role. */
  readonly elsewhere?: OutsideService;
  /** Octets sent before anything is read, such as the header of a proxy. */
  readonly preamble?: Uint8Array;
}

/** The first group: what is declared of the target, and what this run of the body is about. */
export interface Declared {
  readonly target: Target;
  /** The role this run of the body is about; for a `per: 'target'` check the first offered one. */
  readonly role: Role;
  /** The roles of the check that the target offers. */
  readonly roles: readonly Role[];
  /** Roles that have an IPv6 address beside another one; whether they answer there is what `ipv6Answers` finds. */
  readonly ipv6Roles: readonly Role[];
  /** The check or control that runs. */
  readonly definition: { readonly id: string };
  /** 16 hexadecimal digits, unique to this run of the body (64 random bits). */
  readonly nonce: string;
  /** The name given in EHLO, carrying the nonce. */
  readonly helloName: string;
  /** What a message must carry that is composed for this target; `compose` puts it there. */
  readonly imprint: Imprint;
  /** The first declared account; without one the check is inconclusive. */
  account(): Account;
  /** The second declared account; without one the check is not applicable. */
  secondAccount(): Account;
  /** The account if its right password may travel in the clear, else undefined. */
  cleartextAccount(): Account | undefined;
}

/** The second group: conversations with the target. */
export interface Opening {
  /** SMTP client on the role. A greeting of 4yz is tried again; a lasting one is inconclusive. */
  smtp(options?: ClientOptions): Promise<SmtpClient>;
  pop3(options?: ClientOptions): Promise<Pop3Client>;
  imap(options?: ClientOptions): Promise<ImapClient>;
  /** A connection on which nothing was read or sent yet, not even TLS on an implicit-TLS role. */
  connect(options?: Omit<ClientOptions, 'at'>): Promise<Connection>;
  /** The same services about another role: what is opened is opened there where no role is named. */
  on(role: Role): Services;
}

/** The third group: the world around the target, and mail that goes through it. */
export interface Surroundings {
  /** Whether the target has a lab. Who decides without one (`withoutLab`) asks before it calls `lab`. */
  readonly hasLab: boolean;
  /**
   * The world around the target; everything opened in it is closed when the body ends.
   * @throws Inconclusive `environment` when the target has none
   */
  lab(): Lab;
  /** What domains publish, in the lab or in the DNS. */
  readonly records: Records;
  /**
   * Hands over one message, as a stranger to mx or as a user, and tells the reply that decided. What is
   * refused for now is tried again, as it is, on the schedule of the target. Holds one connection.
   * @throws Inconclusive where the user cannot log in
   */
  offer(offering: Offering): Promise<Offered>;
  /**
   * Waits for a message in a mailbox of the target, Junk included; null where it does not come. The check
   * names the need `mailbox`. Holds one connection.
   * @throws Inconclusive where the mailbox cannot be read
   */
  inMailbox(sought: MailSought): Promise<StoredMessage | null>;
  /**
   * Waits for a message about a message that went elsewhere, which quotes its token, in the mailbox of its
   * sender; null where none comes, and where the target declares no way into a mailbox, which is noted.
   * Holds one connection.
   * @throws Inconclusive where the mailbox that is declared cannot be read
   */
  returnedMail(sought: Omit<MailSought, 'sent'>): Promise<StoredMessage | null>;
  /**
   * Waits until mail has arrived at the place that set out later, and a margin has passed, for what has not come by
   * then is not on its way. Waits of the lab and of mailboxes use it where no time is named.
   * @returns a sentence that says so; null where no mail of ours can show it, so that the clock alone decides
   */
  enough(place: Place, signal: AbortSignal): Promise<string | null>;
  /** What steps find messages with; checks use `inMailbox` and `returnedMail`. */
  readonly mailboxes: WatchedMailboxes;
}

/** The fourth group: what a body says of what it saw, and when it waits. It cannot set a verdict. */
export interface Saying {
  readonly verify: Verify;
  /**
   * One of several inputs of the check. Its outcome is kept apart, reported by name, and folded into
   * the verdict; a wire failure or an early end inside it does not end the others.
   */
  variant(name: string, body: (verify: Verify) => Promise<void>): Promise<void>;
  /**
   * Does something while no other check uses what only one may use at a time, such as a maildrop. Who names the
   * resource in the definition holds it already. No time of the check passes while it waits; it should have no
   * connection open then.
   */
  alone<Got>(resource: string, work: () => Promise<Got>): Promise<Got>;
  /** Writes a sentence into the evidence. */
  note(text: string): void;
  pause(ms: number): Promise<void>;
  /**
   * Milliseconds since the body began in which this machine or the lab did not do its work, or spared the target a
   * connection (its `pace`). Nothing that the target
   * did not do meanwhile is its fault: steps that wait for it do not count this time (`harness/steps/given-time.ts`).
   */
  ownDelay(): number;
  /**
   * Repeats what is refused for now (4yz) after the pauses that the target declares in `retry-after`:
   * greylisting and screeners turn a first visit away. Returns the last outcome.
   */
  patiently<Outcome extends { readonly code: number }>(attempt: () => Promise<Outcome>): Promise<Outcome>;
  /** Ends the body (or the variant): the precondition is truly absent; `observed` cites what shows it. */
  notApplicable(reason: string, observed: string): never;
  /** Ends the body (or the variant): the evidence allows no verdict. */
  inconclusive(why: Cause, reason: string): never;
  /**
   * What a control found that this body builds on or considers.
   * @throws what ended the control, where it broke off; Error where the definition does not name it
   */
  finding<Found>(control: Control<Found>): Found;
  /** As `finding`, where the body goes on without it: the reason for which the control broke off, else undefined. */
  objection(control: Control<unknown>): string | undefined;
}

/** Libraries that checks reach without importing them. */
export interface Libraries {
  /** Lines, base64 and the control characters by name: checks never spell octets. */
  readonly bytes: typeof Bytes;
  /** SASL mechanisms and the drivers that carry them over each protocol. */
  readonly sasl: typeof Sasl;
  /** The ClientHello prober, whose offers and findings do not depend on the TLS library of this machine. */
  readonly tls: typeof TlsProbe;
  /** Reads certificates, matches their names and builds paths to trust anchors. */
  readonly certificates: typeof Certificates;
  /** Signs messages as senders of the lab do. */
  readonly authentication: typeof Authentication;
  /** Signs messages as mail programs do, and verifies them. */
  readonly smime: typeof Smime;
}

/** What a body gets: four groups and libraries. Steps take the group, or the members, that they need. */
export interface Services extends Declared, Opening, Surroundings, Saying, Libraries {}
