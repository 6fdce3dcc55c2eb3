import type { Endpoint } from '../model/endpoint.ts';
import type { FaultName } from '../model/faults.ts';
import type { Role } from '../model/roles.ts';
import type { SmarthostClaim } from '../model/smarthost-claim.ts';
import type { Signing } from './authentication/signing.ts';
import type { BlockLists } from './smtp/block-lists.ts';

/** Something an honest server may lack; switched off, it is neither announced nor accepted. */
export type ReferenceCapability =
  | 'smtp-starttls'
  | 'pop3-stls'
  | 'imap-starttls'
  | 'smtp-auth'
  | 'scram'
  | 'channel-binding'
  | 'bearer'
  | 'pop3-sasl'
  | 'smtputf8'
  | 'pipelining'
  /** An address whose mail goes on to another domain. */
  | 'forwarding'
  /** What is forwarded gets an ARC set (RFC 8617). */
  | 'sealing'
  /** The role does not listen. */
  | Role;

/** Ordinary life on good servers, by which a careful audit must not be misled. */
export interface ReferenceLife {
  /** Pause before every greeting. */
  readonly greetingDelayMs?: number;
  /** SMTP greets with several lines (RFC 5321 §4.2). */
  readonly multiLineGreeting?: boolean;
  /** Pause before every reply. */
  readonly replyDelayMs?: number;
  /** Connections that one client address may have open with a protocol, and how many visits it may make in a time. */
  readonly admits?: {
    readonly atATime?: number;
    readonly visits?: { readonly most: number; readonly withinMs: number };
  };
  /** mx answers 450 4.7.1 to the first RCPT of a client, sender and recipient, and takes it the next time. */
  readonly greylist?: boolean;
  /** mx answers 450 4.3.2 to the first RCPT of a client address ever, and closes. */
  readonly firstConnectionTempfail?: boolean;
  /** mx answers 450 4.7.25 to every RCPT of a client whose address has no name that leads back to it. */
  readonly wantsClientNames?: boolean;
  /** What lists of addresses said about a client is kept for its later visits. */
  readonly keepsListings?: boolean;
  /** Objections to the sender address are raised at RCPT. */
  readonly delayedReject?: boolean;
  /** Errors in a session after which it is ended with 421; 20 by default. */
  readonly errorLimit?: number;
  /** MAIL takes any declared SIZE; what is too large is refused at its end. */
  readonly ignoresDeclaredSize?: boolean;
  /** A policy refuses every message at its end with 550 5.7.1. */
  readonly refusesContent?: boolean;
  /** What could not be delivered elsewhere is not tried again for minutes (RFC 5321 §4.5.4.1). */
  readonly retriesLate?: boolean;
  /** Of several signatures of a message one result is recorded, that of the first good one. */
  readonly recordsOneSignature?: boolean;
  /** Its resolver answers for the names of the lab itself, `nowhere`, or does not believe what the lab says. */
  readonly resolverSays?: 'nowhere' | 'bogus';
  /** mx refuses MAIL of senders whose domain begins like one of these, for a reason of its own. */
  readonly refusesSenders?: readonly string[];
  /** A policy sends mail for other servers back to its sender, since their addresses are not public. */
  readonly refusesNextHops?: boolean;
  /** Where TLS is demanded and missing, outgoing mail names its sender before it gives up. */
  readonly missesTlsAtRecipient?: boolean;
  /** What is for domains that begin so waits so long once their servers are known, in milliseconds. */
  readonly slowTo?: { readonly domains: string; readonly ms: number };
  /** EHLO of outgoing mail names the own address instead of a name (RFC 5321 §4.1.3). */
  readonly introducesItselfByAddress?: boolean;
  /** IMAP lists LOGINDISABLED beside its mechanisms inside TLS and refuses LOGIN (RFC 9051 §6.2.3). */
  readonly loginDisabled?: boolean;
  /** The greeting of IMAP lists some of the capabilities alone. */
  readonly greetsWithFewCapabilities?: boolean;
  /** POP3 announces so many seconds between two logins of a user, and refuses one before (RFC 2449 §6.5). */
  readonly loginDelay?: number;
  /** Mail with UTF-8 in its header is wrapped for sessions by POP3 and IMAP that do not ask for it (RFC 6855, 6856). */
  readonly wrapsForOldSessions?: boolean;
  /** Submission removes Received fields, as it is declared. */
  readonly removesReceived?: boolean;
  /** SMTP answers a malformed message of AUTH with 454, as often as it comes. */
  readonly putsOffMalformedLogins?: boolean;
  /** Before TLS, submission answers MAIL, AUTH and malformed STARTTLS with a code 400 that stays. */
  readonly putsOffBeforeTls?: boolean;
  /** SMTP offers no other mechanism than LOGIN. */
  readonly authLoginOnly?: boolean;
  /** RCPT takes recipients with 251 (RFC 5321 §3.4). */
  readonly forwardsRecipients?: boolean;
  /** Mail for any name of the domain goes to the first account. */
  readonly takesEveryName?: boolean;
  /** SMTP says of RCPT without MAIL, and of STARTTLS with a parameter, that it does not know the command. */
  readonly saysUnknownOutOfPlace?: boolean;
  /** SMTP overlooks a parameter of RSET. */
  readonly resetsWhateverFollows?: boolean;
  /** SMTP answers octets after STARTTLS with 554 5.5.0 and closes. */
  readonly closesOnPipelinedStarttls?: boolean;
  /** POP3 does not know CAPA (RFC 2449 §5). */
  readonly withoutCapa?: boolean;
  /** POP3 closes the connection on AUTH in the clear. */
  readonly closesOnPop3Auth?: boolean;
  /** SMTP refuses a second EHLO in the clear with 503. */
  readonly greetsOnce?: boolean;
  /** SMTP does not know NOOP. */
  readonly withoutNoop?: boolean;
  /** What leads to no TLS after the go-ahead is refused in the clear, and the session goes on there. */
  readonly refusesTlsInClear?: boolean;
}

/** Envelope of a message that leaves the server. */
export interface RelayEnvelope {
  /** Empty for the null reverse-path. */
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly smtpUtf8: boolean;
}

/** Hands a message to the world; a rejection means that the world did not take it. */
export type Relay = (envelope: RelayEnvelope, message: Buffer) => Promise<void>;

/** POP before SMTP (RFC 6409 §3.3), as it is declared. */
export interface PopBeforeSmtp {
  /** How long a login lets its address send. */
  readonly windowMs: number;
  /** IMAP logins do so too. */
  readonly imap?: boolean;
}

export interface ReferenceOptions {
  readonly faults?: readonly FaultName[];
  /** Told each time that the server looks whether it has a fault: what is never looked for changes nothing. */
  readonly onLook?: (fault: FaultName) => void;
  /** Capabilities that this server honestly lacks. */
  readonly without?: readonly ReferenceCapability[];
  /** Mail domain; `example.test` by default. */
  readonly domain?: string;
  /** Name of the server and of its certificate; `mail.` and the domain by default. */
  readonly hostname?: string;
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  readonly life?: ReferenceLife;
  /** pop3s greets with an APOP timestamp and takes APOP there, inside TLS. */
  readonly apop?: boolean;
  /** A POP3 login inside TLS opens mx for its address; without it nothing but AUTH does, on submission. */
  readonly popBeforeSmtp?: PopBeforeSmtp;
  /** DNS by which mx checks SPF, DKIM and DMARC of mail from strangers; without it nothing is checked. */
  readonly resolver?: Endpoint;
  /** Signatures of submitted mail; without them it leaves unsigned. */
  readonly signing?: Signing;
  /** All mail for other servers leaves by this relay host, with the password where it asks for a login. */
  readonly smarthost?: {
    readonly claim: SmarthostClaim;
    readonly password?: string;
    /** The password that it is given, where that is another one. */
    readonly said?: string;
  };
  /** Aggregate reports of DMARC are sent this long after a message, in milliseconds; without it none are. */
  readonly dmarcReportsMs?: number;
  /** Outgoing mail is followed by reports on TLS to domains that ask for them; nothing but a claim. */
  readonly tlsReports?: boolean;
  /** Lists that mx asks about its clients; none by default. */
  readonly blockLists?: BlockLists;
  /** Lists that the outbound address is said not to be on; nothing but a claim. */
  readonly reputationZones?: readonly string[];
  /** Where mail of authenticated users to other domains goes; without it such recipients are refused. */
  readonly relay?: Relay;
  /** Names of the mail exchangers of a domain; asked by faults alone. */
  readonly exchangersOf?: (domain: string) => Promise<readonly string[]>;
  /** How much faster than real time the limits of silence pass; 1 by default. */
  readonly timerSpeed?: number;
  /** Each failed login on a connection after the third waits this much longer; 150 ms by default. */
  readonly failureDelayMs?: number;
}
