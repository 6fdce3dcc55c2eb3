import type { InboundAuthenticationClaim } from './authentication-claim.ts';
import type { BlockListClaims } from './block-list-claim.ts';
import type { Endpoint } from './endpoint.ts';
import type { ForwardingClaim } from './forwarding-claim.ts';
import type { Safety } from './levels.ts';
import type { Role } from './roles.ts';

/** A mailbox of the target that the audit may use. */
export interface Account {
  readonly address: string;
  /** Login name where it differs from the address. */
  readonly login: string;
  readonly password: string;
  /** Made for audits: failed logins and lockout of it harm nobody. */
  readonly disposable: boolean;
  /** The right password may travel without TLS; only sensible for a disposable account. */
  readonly cleartextSecret: boolean;
}

/** POP before SMTP (RFC 6409 §3.3): a mailbox login lets its address send mail for a while. */
export interface PopBeforeSmtpClaim {
  /** How long a login lets its address send, in milliseconds. */
  readonly windowMs: number;
  /** How much later than the login, and than the end of the window, the server may act, in milliseconds. */
  readonly granularityMs: number;
  /** Longest window that the operator's policy allows, in milliseconds. */
  readonly maximumMs: number;
  /** IMAP logins open the window too. */
  readonly imap: boolean;
}

/** What the target does about the security of its outgoing mail. */
export interface OutgoingPolicies {
  /** Its resolver validates DNSSEC, with the root of the lab as trust anchor. */
  readonly dnssec: boolean;
  /** It obeys DANE (RFC 7672). */
  readonly dane: boolean;
  /** It obeys MTA-STS (RFC 8461) and trusts the authority of the lab. */
  readonly mtaSts: boolean;
  /** It sends TLS reports (RFC 8460) within this time of a delivery, in milliseconds; null: it does not. */
  readonly tlsReportsWithinMs: number | null;
}

/** What the operator states about the target; suites judge against it. */
export interface Claims {
  /** The `mx` role is a publicly referenced MX of the domain. */
  readonly publicMx: boolean;
  /** Submission refuses everything but EHLO, NOOP, QUIT and STARTTLS before TLS. */
  readonly submissionRequiresTls: boolean;
  /** `host` names reachable without TLS on purpose; named in reports. */
  readonly mxRequiresTls: boolean;
  /** SASL authorization identities that `accounts[0]` may assume (proxy logins, Dovecot master users). */
  readonly proxyLogins: readonly string[];
  /**
   * Domains to which, and below which, the target sends mail inside TLS only (RFC 3207 §6); when absent
   * there are none.
   */
  readonly tlsRequiredDestinations?: readonly string[];
  /** Submission removes Received fields to protect its users; when absent it keeps them. */
  readonly removesReceived?: boolean;
  /** Submission is for the own network only; when absent it is for users everywhere. */
  readonly internalSubmission?: boolean;
  /** Block lists and allow lists; when absent there are none. */
  readonly dnsbl?: BlockListClaims;
  /** Outbound port 25 blocking of the access network; when absent it is not declared. */
  readonly op25b?: { readonly declared: boolean };
  /** Domain whose SRV records tell mail programs where to go (RFC 6186); when absent none does. */
  readonly clientRecords?: string | undefined;
  /** When absent nothing of it is done. */
  readonly outgoingPolicies?: OutgoingPolicies | undefined;
  /** Domain whose DNS and web host tell senders what the target promises (TLSA, MTA-STS, TLSRPT); when absent none does. */
  readonly publishedPolicies?: string | undefined;
  /** Null: no login to a mailbox opens the way for mail. */
  readonly popBeforeSmtp: PopBeforeSmtpClaim | null;
  /** What is done with mail from strangers; a method that is absent is not stated. */
  readonly inboundAuthentication?: InboundAuthenticationClaim;
  /**
   * Aggregate reports (RFC 9990) come within this time of a message, in milliseconds; null or absent: the
   * target is not held to it.
   */
  readonly dmarcReportsWithinMs?: number | null;
  /** When absent nothing is known to be forwarded. */
  readonly forwards?: ForwardingClaim | undefined;
  /** Domains in whose name the target sends mail; when absent its mail domain. */
  readonly senderDomains?: readonly string[] | undefined;
  /** Domains of the operator in whose name nobody ever sends mail; when absent there are none. */
  readonly nonSendingDomains?: readonly string[];
}

/** Waits, in milliseconds. */
export interface Timing {
  /** Deadline of one reply (RFC 5321 §4.5.3.2 allows a server five minutes). */
  readonly replyMs: number;
  /** How long to listen for octets that nobody asked for. */
  readonly quietMs: number;
  /** Added to the budget of every check for tarpits and slow networks. */
  readonly slackMs: number;
  /** Pauses before a refusal with 4yz is tried again (greylisting); empty: not at all. */
  readonly retryAfterMs: readonly number[];
  /** How long a delivery to a server of the lab may take. */
  readonly outboundMs: number;
  /**
   * How long after a mailbox login to look for what it opened elsewhere: what follows a log acts late, or
   * at logout only. 1, 5 and 15 s when absent.
   */
  readonly loginEffectMs?: readonly number[];
  /**
   * Checks may wait for the limits of silence, which take from ten minutes to an hour, and this is how
   * much faster than real time they pass here: 1 on a real server. When undefined, no check waits.
   */
  readonly autologoutSpeed?: number | undefined;
}

/** A target whose endpoints are known and serve: what drivers hand to the runner; structured-cloneable. */
export interface Target {
  readonly name: string;
  readonly driver: 'reference' | 'container' | 'compose' | 'host' | 'network';
  /** Mail domain, such as `example.test`. */
  readonly domain: string;
  /** Name that users configure and certificates carry. */
  readonly hostname: string;
  readonly endpoints: Readonly<Partial<Record<Role, Endpoint>>>;
  readonly accounts: readonly Account[];
  /** PEM of the authority that signed the certificates of the target, where it is not a public one. */
  readonly trustAnchor: string | null;
  /** Most connections open to the target at the same time. */
  readonly connections: number;
  readonly permissions: readonly Safety[];
  readonly claims: Claims;
  readonly timing: Timing;
  /** A server known to answer on port 25, which tells a closed port of the target from a network that blocks. */
  readonly port25Control?: Endpoint;
}
