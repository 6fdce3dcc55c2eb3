import type {
  CertificateRequest,
  DnsFault,
  DnsQueryEntry,
  Fetched,
  IssuedCertificate,
  ProxyMode,
  ProxySession,
  PublishedAnswer,
  SmtpRule,
  SmtpServerOptions,
  SmtpSession,
  TlsFacts,
  WebHost,
  WebRequest,
  ZoneRecord,
  ZoneSigning,
} from 'net-mocks';
import type { Endpoint } from '../model/endpoint.ts';
import type { Role } from '../model/roles.ts';
import type { LabAddresses, Preflight, Vantage } from '../model/vantage.ts';
import type { AccessNetwork } from './network.ts';

export type {
  CertificateRequest,
  DnsFault,
  DnsQueryEntry,
  Fetched,
  IssuedCertificate,
  ProxyMode,
  ProxySession,
  PublishedAnswer,
  SmtpRule,
  SmtpSession,
  TlsFacts,
  WebHost,
  WebRequest,
  ZoneRecord,
  ZoneSigning,
};

/**
 * What the domains of checks lie directly under. `example` is reserved, and resolvers look it up (RFC 6761 §6.5). It
 * is on no list of public suffixes, so that a receiver which looks for organisational domains there finds none;
 * `arpa` is on it, and nobody can register a name in it (RFC 3172 §2.1).
 */
export type LabTop = 'example' | 'arpa';

/** A message that came to a receiving server of the lab, transferred to its end. */
export interface ArrivedMessage {
  /**
   * `report`: a DSN about a message, told by its form (null reverse-path and multipart/report or an
   * Auto-Submitted field, RFC 3464 §2, RFC 3834 §5) or by its recipient, a forged sender, to whom nobody
   * else writes. `delivery`: anything else, a null reverse-path included.
   */
  readonly kind: 'delivery' | 'report';
  /** Number in the order of arrival, unique in the lab. */
  readonly seq: number;
  /** ISO 8601. */
  readonly time: string;
  /** Reverse-path; empty for the null one. */
  readonly sender: string;
  /** Accepted recipients. */
  readonly recipients: readonly string[];
  /** The message, dots unstuffed. */
  readonly content: Buffer;
  /** The octets as they were sent, dots still stuffed. */
  readonly received: Buffer;
  /** Null when it came in plaintext. */
  readonly tls: TlsFacts | null;
  readonly clientAddress: string;
  /** It came to the smarthost of the target, which stands for the server that the recipients belong to. */
  readonly bySmarthost: boolean;
  /** The name given in the last EHLO or HELO. */
  readonly hello: string;
  /** The code with which it was answered; null when no answer was sent. */
  readonly code: number | null;
}

export interface MessageSought {
  /** Text in a recipient or in the content. */
  readonly token?: string;
  /** A whole recipient address, whatever the case. */
  readonly recipient?: string;
  readonly kind?: ArrivedMessage['kind'];
}

/** A receiving server with a domain of its own, which follows a script. */
export interface Receiver {
  /** Domain whose MX it is. */
  readonly domain: string;
  /** Name of its MX record and of its certificate. */
  readonly hostname: string;
  readonly address: string;
  /** For connections that come later. */
  setScript(script: readonly SmtpRule[]): Promise<void>;
  /** Messages that came to this server, whatever they carry. */
  messages(): Promise<readonly ArrivedMessage[]>;
  /** The first message, the first one to a recipient that holds the given text, or with a token in it. */
  waitForMessage(sought?: {
    readonly withinMs?: number;
    readonly recipient?: string;
    readonly token?: string;
  }): Promise<ArrivedMessage | null>;
  /** Conversations with this server; where mail leaves by a smarthost, what that was told of its recipients too. */
  sessions(): Promise<readonly SmtpSession[]>;
  /** The first session that is over. */
  waitForSession(within?: { readonly withinMs?: number }): Promise<SmtpSession | null>;
}

export interface ReceiverOptions extends Pick<SmtpServerOptions, 'extensions' | 'script'> {
  /** STARTTLS with a good certificate when absent; null: no TLS at all. */
  readonly tls?: SmtpServerOptions['tls'] | null;
  /** First label of the domain; `rx` when absent. */
  readonly label?: string;
  /** Publishes MX and A of the domain; true when absent. */
  readonly publish?: boolean;
}

/** A man in the middle in front of one role of the target; a client goes through it by `through`. */
export interface Interception {
  readonly name: string;
  readonly role: Role;
  /** Where it listens, for somebody at a vantage. */
  readonly endpoint: Endpoint;
  /** For connections that come later. */
  setMode(mode: ProxyMode): Promise<void>;
  sessions(): Promise<readonly ProxySession[]>;
  /** The first conversation that is over on both legs. */
  waitForSession(within: { readonly withinMs: number }): Promise<ProxySession | null>;
}

export interface LabDns {
  /** What is published about a name, by whomever; faults and the target have no part in it. */
  lookup(name: string, type: string): Promise<PublishedAnswer>;
  /** Adds the zone or replaces the one with this origin; every origin must carry the nonce of the check. */
  publish(origin: string, records: readonly ZoneRecord[], dnssec?: ZoneSigning): Promise<void>;
  /** Takes a zone away that this check published; its names are gone. */
  withdraw(origin: string): Promise<void>;
  /** Faults of names that carry the nonce of the check. */
  fault(...faults: readonly DnsFault[]): Promise<void>;
  /** Ends the faults that this check set. */
  clearFaults(): Promise<void>;
  /** Queries for names that carry the nonce of the check, oldest first. */
  queries(sought?: DnsSought): Promise<readonly DnsQueryEntry[]>;
  waitForQuery(sought: DnsSought & { readonly withinMs?: number }): Promise<DnsQueryEntry | null>;
}

export interface DnsSought {
  /** This name, whatever the case. */
  readonly name?: string;
  /** Also names below `name`. */
  readonly below?: boolean;
  /** Such as `MX`. */
  readonly type?: string;
}

export interface LabWeb {
  /** Publishes HTTPS hosts; every name must carry the nonce of the check. A records are the check's own matter. */
  publish(...hosts: readonly WebHost[]): Promise<void>;
  /** What a host that anybody published answers to GET; redirects are not followed. */
  fetch(host: string, path: string): Promise<Fetched>;
  /** Takes hosts away that this check published. */
  withdraw(...hosts: readonly string[]): Promise<void>;
  requests(): Promise<readonly WebRequest[]>;
  waitForRequest(sought: {
    readonly host?: string;
    readonly path?: string;
    readonly withinMs?: number;
  }): Promise<WebRequest | null>;
}

/**
 * The world around the target as one check sees it. Names that it gives out carry the nonce of the check,
 * so that checks never meet; what it opened is closed and withdrawn when the check ends. Waits end at their
 * deadline with null. A lab that does not answer ends the check as inconclusive with cause `environment`.
 */
export interface Lab {
  /**
   * At least three, two of them in one /24. SMTP clients use the first where they name none; POP3 and IMAP
   * clients come from one more address then, because a mailbox login may open the way for mail from there.
   */
  readonly vantages: readonly Vantage[];
  /**
   * A vantage that nobody has connected from and nobody else will, in the network of the first two
   * vantages or in another one.
   * @throws Inconclusive `environment` when none is left
   */
  unusedVantage(where?: 'near' | 'distant'): Vantage;
  readonly addresses: LabAddresses;
  /** There are few client addresses, which all checks and all runs share: none is unused. */
  readonly clientsShareAddresses: boolean;
  /** How long a delivery by the target may take, in milliseconds; the deadline of waits without their own. */
  readonly outboundMs: number;
  /** What the preflight found. */
  readonly preflight: Preflight;
  /**
   * To be called by checks that judge how strangers are treated.
   * @throws Inconclusive `environment` when a vantage is trusted by the target
   */
  assertUntrusted(): void;

  /** `<label>-<nonce>.<top>`, in the open beneath the zone of the run; nothing is published. */
  domain(label: string, top?: LabTop): string;
  /** `ext-<token>@sink-<nonce>.example`, an address whose MX is the sink. */
  externalRecipient(token: string): Promise<string>;
  /** `forged-<token>@forged-<nonce>.example`; its MX is the sink, which catches bounces. */
  forgedSender(token: string): Promise<string>;
  /** What has come for this check so far, oldest first. */
  messages(sought?: MessageSought): Promise<readonly ArrivedMessage[]>;
  /** The first such message, come already or within the time (`outboundMs` when absent). */
  waitForMessage(sought: MessageSought & { readonly withinMs?: number }): Promise<ArrivedMessage | null>;

  /** Conversations of the target with its smarthost, about whatever mail; none where none is declared. */
  smarthostSessions(): Promise<readonly SmtpSession[]>;

  /** Opens a receiving server with its own address and domain. */
  receiver(options?: ReceiverOptions): Promise<Receiver>;
  /** Puts a man in the middle in front of a role of the target. It contacts the target from where a client would. */
  intercept(role: Role, mode: ProxyMode): Promise<Interception>;
  /**
   * The access network between a subscriber and everybody else.
   * @throws NotApplicable when none is audited
   */
  network(): AccessNetwork;
  readonly dns: LabDns;
  readonly web: LabWeb;
  readonly certificates: {
    /** PEM of the authority of the lab, and of one that nobody is told to trust. */
    authority(): Promise<{ certificate: string; untrusted: string }>;
    issue(request: CertificateRequest): Promise<IssuedCertificate>;
  };
}
