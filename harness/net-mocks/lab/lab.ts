import type { IssuedCertificate } from '../certificates/authority.ts';
import type { CertificateRequest } from '../certificates/request.ts';
import type { DnsQueryEntry, DnsQueryFilter } from '../dns/authority.ts';
import type { TrustAnchor } from '../dns/dnssec/signer.ts';
import type { DnsFault } from '../dns/faults.ts';
import type { PublishedAnswer } from '../dns/published.ts';
import type { Zone } from '../dns/zone.ts';
import type { Entry, Page } from '../journal/journal.ts';
import type { ProxyMode } from '../mitm/modes.ts';
import type { ProxyOptions } from '../mitm/options.ts';
import type { ProxyFilter, ProxySession } from '../mitm/record.ts';
import type { RelayOptions } from '../relay/server.ts';
import type { RelayConnection } from '../relay/tunnels.ts';
import type { MessageFilter, ReceivedMessage, SessionFilter, SmtpSession } from '../smtp/capture.ts';
import type { SmtpServerOptions } from '../smtp/options.ts';
import type { SmtpRule } from '../smtp/rules.ts';
import type { Fetched } from '../web/fetch.ts';
import type { WebHost } from '../web/hosts.ts';
import type { RequestFilter, WebRequest } from '../web/server.ts';
import type { Endpoint } from '../wire/listen.ts';

/** Reads entries from this number on; from the first one when absent. `next` of a page is the next cursor. */
export interface Since {
  since?: number;
}

/** Waits so long for an entry; the answer is null when none came. */
export interface Deadline extends Since {
  /** Milliseconds. */
  deadlineMs: number;
}

export interface OpenServer {
  name: string;
  endpoint: Endpoint;
}

/**
 * A small internet under control of a test, the same whether it runs in this process or in another one.
 * Every method takes one JSON value. What is wrong with it is told by an `InputError` with the path to the
 * fault. Lists of what happened are read with a cursor or waited on; nothing needs polling.
 */
export interface Lab {
  /** Where the servers are that exist from the start. */
  endpoints(): Promise<{ dns: Endpoint; web: Endpoint }>;
  readonly dns: {
    /** Adds zones or replaces those with the same origin; all or, if one is wrong, none. */
    publish(input: { zones: Zone[] }): Promise<{ origins: string[] }>;
    /** Answers with those that existed. */
    withdraw(input: { origins: string[] }): Promise<{ origins: string[] }>;
    zones(): Promise<{ origins: string[] }>;
    /** What the published zones say, whatever faults are set; leaves no entry among the queries. */
    lookup(input: { name: string; type: string }): Promise<PublishedAnswer>;
    /** The key of the root, for resolvers that validate. */
    trustAnchor(): Promise<TrustAnchor>;
    /** The last one set wins. Answers with their ids, in order. */
    setFaults(input: { faults: DnsFault[] }): Promise<{ ids: string[] }>;
    /** All when no ids are given. */
    clearFaults(input?: { ids?: string[] }): Promise<void>;
    queries(input?: Since & DnsQueryFilter): Promise<Page<DnsQueryEntry>>;
    waitForQuery(
      input: Deadline & DnsQueryFilter,
      signal?: AbortSignal,
    ): Promise<Entry<DnsQueryEntry> | null>;
  };
  readonly smtp: {
    open(input: SmtpServerOptions): Promise<OpenServer>;
    /** Connections that are open keep the script they began with. */
    setScript(input: { name: string; script: SmtpRule[] }): Promise<void>;
    closeServer(input: { name: string }): Promise<void>;
    servers(): Promise<{ servers: OpenServer[] }>;
    messages(input?: Since & MessageFilter): Promise<Page<ReceivedMessage>>;
    waitForMessage(
      input: Deadline & MessageFilter,
      signal?: AbortSignal,
    ): Promise<Entry<ReceivedMessage> | null>;
    sessions(input?: Since & SessionFilter): Promise<Page<SmtpSession>>;
    waitForSession(input: Deadline & SessionFilter, signal?: AbortSignal): Promise<Entry<SmtpSession> | null>;
  };
  readonly mitm: {
    open(input: ProxyOptions): Promise<OpenServer>;
    /** For connections that come later. */
    setMode(input: { name: string; mode: ProxyMode }): Promise<void>;
    closeProxy(input: { name: string }): Promise<void>;
    proxies(): Promise<{ proxies: OpenServer[] }>;
    sessions(input?: Since & ProxyFilter): Promise<Page<ProxySession>>;
    waitForSession(input: Deadline & ProxyFilter, signal?: AbortSignal): Promise<Entry<ProxySession> | null>;
  };
  readonly web: {
    publish(input: { hosts: WebHost[] }): Promise<{ hosts: string[] }>;
    withdraw(input: { hosts: string[] }): Promise<{ hosts: string[] }>;
    hosts(): Promise<{ hosts: string[] }>;
    /** GET of a published host as a client sees it; redirects are not followed. */
    fetch(input: { host: string; path: string }): Promise<Fetched>;
    requests(input?: Since & RequestFilter): Promise<Page<WebRequest>>;
    waitForRequest(input: Deadline & RequestFilter, signal?: AbortSignal): Promise<Entry<WebRequest> | null>;
  };
  readonly relays: {
    open(input: RelayOptions): Promise<OpenServer>;
    closeRelay(input: { name: string }): Promise<void>;
    list(): Promise<{ relays: (OpenServer & { sourceAddress: string | null })[] }>;
    connections(input?: Since & RelayFilter): Promise<Page<RelayConnection>>;
    waitForConnection(
      input: Deadline & RelayFilter,
      signal?: AbortSignal,
    ): Promise<Entry<RelayConnection> | null>;
  };
  readonly certificates: {
    /** PEM of the authority to trust, and of the one that nobody trusts. */
    authority(): Promise<{ certificate: string; untrusted: string }>;
    issue(input: CertificateRequest): Promise<IssuedCertificate>;
  };
  /**
   * Back to the beginning: zones, faults, hosts and records are gone, what was opened since is closed, the
   * servers of the options are there with fresh scripts.
   */
  reset(): Promise<void>;
  /** In process: ends everything. Remote: ends the connection to the control interface. */
  close(): Promise<void>;
}

export interface RelayFilter {
  relay?: string;
  closed?: boolean;
}
