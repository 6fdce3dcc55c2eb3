import { setTimeout as pause } from 'node:timers/promises';
import { printable } from '../../evidence/visible.ts';
import { SINK_HOST } from '../../lab/names.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import type { FaultName } from '../../model/faults.ts';
import type { Relay, RelayEnvelope } from '../options.ts';
import { TYPE } from './dns/message.ts';
import { createValidatingResolver } from './dns/validating-resolver.ts';
import { failureReport, type Undeliverable } from './failure-report.ts';
import { handOver, type Outcome } from './hand-over.ts';
import { createNextHops, type NextHop, NoRoute } from './next-hop.ts';
import { type Smarthost, smarthostDemand } from './smarthost.ts';
import { createStsDiscovery } from './transport/sts-discovery.ts';
import type { StsPolicy } from './transport/sts-policy.ts';
import { createTlsDemands } from './transport/tls-demand.ts';
import { createTlsReporter, reportSender } from './transport/tls-reporter.ts';
import { NotAuthenticated } from './upgrade.ts';

/** The way of mail out of a reference server. */
export interface Outbound {
  /** Takes a message into the queue; it is on its way when this resolves, not there yet. */
  readonly relay: Relay;
  /** Where mail for the server itself goes: reports to its own users. */
  comeHome(mx: Endpoint): void;
  /**
   * Gives up whatever is still queued.
   * @throws AggregateError when a delivery ended in a defect of the queue itself
   */
  close(): Promise<void>;
}

export interface OutboundOptions {
  readonly domain: string;
  readonly hostname: string;
  /** Name or address literal in EHLO; the host name when absent. */
  readonly helloName?: string;
  /** Name server; what it says is validated here. */
  readonly resolver: Endpoint;
  /** Key of the root in base64, without which nothing in the DNS is secure and DANE does not apply. */
  readonly dnsAnchor?: string;
  /** Where MTA-STS policies are fetched; without it there are none. */
  readonly web?: { readonly port: number; readonly authority: string };
  /** Address that mail leaves from; any of this machine when absent. */
  readonly address?: string;
  /** Port on which every MX listens. */
  readonly port: number;
  /**
   * Domains that ask for it are told how TLS with their hosts went, this long after the first session, in
   * milliseconds; real servers tell them once a day (RFC 8460 §4.1). Nobody is told when absent.
   */
  readonly tlsReports?: { readonly afterMs: number; sign(report: Buffer): Buffer };
  /** Pauses before each further attempt, in milliseconds; quick ones by default. */
  readonly retryAfterMs?: readonly number[];
  /** Mail for other servers goes back to its sender by a policy, and no server is asked. */
  readonly refusesNextHops?: boolean;
  /** Missing TLS is noticed when the sender was named. */
  readonly missesTlsAtRecipient?: boolean;
  /** What is for other servers goes there, and no MX is asked for. */
  readonly smarthost?: Smarthost;
  /** What is for domains that begin so waits so long once their servers are known, in milliseconds. */
  readonly slowTo?: { readonly domains: string; readonly ms: number };
  readonly faulty?: (fault: FaultName) => boolean;
}

/** Pauses before each further attempt, in milliseconds: by default nobody waits for minutes here (RFC 5321 §4.5.4.1). */
const RETRY_SOON: readonly number[] = [200, 400, 800, 1_600, ...Array.from({ length: 15 }, () => 3_200)];

/**
 * Delivers to other domains: MX lookup, TLS as DANE or MTA-STS demand it and else opportunistic, quick retries after temporary failures, and a
 * report to the sender when a recipient cannot be reached, unless the sender is null (RFC 5321 §6.1).
 */
export function createOutbound(options: OutboundOptions): Outbound {
  const { domain, hostname, resolver, port, address, faulty = () => false } = options;
  const { retryAfterMs = RETRY_SOON } = options;
  const stop = new AbortController();
  const validating = createValidatingResolver({
    server: resolver,
    anchor: options.dnsAnchor,
    permissive: faulty('outbound-believes-bogus-answers'),
  });
  const nextHops = createNextHops(validating, port, faulty);
  const demandOf = createTlsDemands({ resolver: validating, authority: options.web?.authority, faulty });
  const policies = options.web
    ? createStsDiscovery({ resolver: validating, web: options.web, signal: stop.signal, faulty })
    : undefined;
  const reporter = options.tlsReports
    ? createTlsReporter({
        domain,
        hostname,
        resolver: validating,
        ...options.tlsReports,
        send: queue,
        faulty,
      })
    : undefined;
  const running = new Set<Promise<void>>();
  const defects: unknown[] = [];
  /** Hosts of which TLS is not demanded any more, under a fault. */
  const withoutTls = new Set<string>();
  let home: NextHop | undefined;

  const { smarthost } = options;
  const relayed = smarthost && {
    hop: { hostname: smarthost.hostname, endpoint: smarthost.endpoint, tlsaBases: [] },
    demand: smarthostDemand(smarthost),
  };

  const hopsOf = async (to: string): Promise<readonly NextHop[]> => {
    if (to === domain && home) return [home];
    return relayed ? [relayed.hop] : nextHops.of(to);
  };

  /** One attempt at one domain: who is still to be tried, and who never will be reached. */
  async function attempt(to: string, envelope: RelayEnvelope, message: Buffer) {
    const waiting = new Map(envelope.recipients.map((recipient) => [recipient, 'No host answered.']));
    const failed: Undeliverable[] = [];
    if (options.refusesNextHops && to !== domain) {
      const reason = '550 5.7.1 refusing to relay to a non-public next hop';
      const refused = envelope.recipients.map((recipient) => ({ recipient, status: '5.7.1', reason }));
      return { waiting: new Map<string, string>(), failed: refused };
    }
    let hops: readonly NextHop[];
    try {
      hops = await hopsOf(to);
    } catch (failure) {
      if (!(failure instanceof NoRoute)) throw failure;
      if (!failure.permanent) return { waiting, failed };
      const { status, message: reason } = failure;
      const unreachable = envelope.recipients.map((recipient) => ({ recipient, status, reason }));
      return { waiting: new Map<string, string>(), failed: unreachable };
    }
    const { slowTo } = options;
    if (slowTo && to.startsWith(slowTo.domains)) await pause(slowTo.ms, undefined, { signal: stop.signal });
    if (faulty('outbound-swallows-mail')) return { waiting: new Map<string, string>(), failed };
    // Mail for this server itself never leaves it.
    const published = to === domain || relayed ? undefined : await policies?.policyOf(to);
    const strict = faulty('tls-reports-need-good-tls') && envelope.sender === reportSender(domain);
    const policy = strict ? policyOfEach(hops) : published;
    for (const hop of await inOrder(hops)) {
      const recipients = [...waiting.keys()];
      if (recipients.length === 0 || stop.signal.aborted) break;
      const isSmarthost = hop === relayed?.hop;
      const asked = isSmarthost ? relayed.demand : await demandOf(to, hop, policy);
      if ('unfit' in asked) {
        for (const recipient of recipients) waiting.set(recipient, asked.unfit);
        continue;
      }
      const demand = withoutTls.has(hop.hostname) ? { ...asked, required: false } : asked;
      const outcomes = await handOver(hop, { ...envelope, recipients }, message, {
        hostname: helloNameOf(options, faulty),
        address,
        signal: stop.signal,
        demand,
        smarthost: isSmarthost ? smarthost : undefined,
        missesTlsAtRecipient: options.missesTlsAtRecipient ?? false,
        noteTls: (result) => {
          if (result !== 'success' && faulty('outbound-drops-demand-after-failure')) {
            withoutTls.add(hop.hostname);
          }
          if (to !== domain && !isSmarthost)
            reporter?.note(to, { result, policyType: demand.policyType, policy, hop });
        },
        faulty,
      }).catch((failure: unknown) => {
        if (failure instanceof NotAuthenticated) {
          for (const recipient of recipients) waiting.set(recipient, failure.message);
        } else if (faulty('outbound-loses-interrupted-mail')) waiting.clear();
        return [];
      });
      for (const { recipient, result: real, reply } of outcomes) {
        const result = mistaken(real);
        waiting.set(recipient, reply);
        if (result !== 'later') waiting.delete(recipient);
        if (result === 'never') failed.push({ recipient, status: '5.0.0', reason: printable(reply) });
      }
    }
    return { waiting, failed };
  }

  /** What a fault makes of an outcome: final what is not, or the other way round. */
  function mistaken(result: Outcome['result']): Outcome['result'] {
    if (result === 'later' && faulty('outbound-takes-451-for-final')) return 'never';
    return result === 'never' && faulty('outbound-retries-refusals') ? 'later' : result;
  }

  /** As the MX records say; a fault puts hosts with TLSA records first. */
  async function inOrder(hops: readonly NextHop[]): Promise<readonly NextHop[]> {
    if (faulty('outbound-prefers-worse-exchangers')) return hops.toReversed();
    if (!faulty('dane-prefers-hosts-with-records')) return hops;
    const found = await Promise.all(
      hops.map(async (hop) => {
        const { kind } = await validating.lookup(`_25._tcp.${hop.hostname}`, TYPE.TLSA);
        return { hop, rank: kind === 'found' ? 0 : 1 };
      }),
    );
    return found.toSorted((a, b) => a.rank - b.rank).map(({ hop }) => hop);
  }

  async function deliver(to: string, envelope: RelayEnvelope, message: Buffer): Promise<void> {
    const failed: Undeliverable[] = [];
    let left = envelope.recipients;
    for (const [turn, wait] of [0, ...retryAfterMs].entries()) {
      await pause(wait, undefined, { signal: stop.signal });
      const result = await attempt(to, { ...envelope, recipients: left }, message);
      failed.push(...result.failed);
      left = [...result.waiting.keys()];
      if (left.length === 0) break;
      if (turn < retryAfterMs.length) continue;
      for (const [recipient, reason] of result.waiting) {
        failed.push({ recipient, status: '4.4.7', reason: printable(reason) });
      }
    }
    if (failed.length === 0 || envelope.sender === '' || faulty('outbound-reports-nothing')) return;
    const report = failureReport({ domain, hostname }, envelope.sender, failed, message);
    const sender = faulty('outbound-reports-from-postmaster') ? `postmaster@${domain}` : '';
    queue({ sender, recipients: [envelope.sender], smtpUtf8: false }, report);
  }

  function queue(envelope: RelayEnvelope, message: Buffer): void {
    const byDomain = Map.groupBy(envelope.recipients, domainOf);
    for (const [to, recipients] of byDomain) {
      const job = deliver(to, { ...envelope, recipients }, message)
        .catch((failure: unknown) => {
          if (!stop.signal.aborted) defects.push(failure);
        })
        .finally(() => running.delete(job));
      running.add(job);
    }
  }

  return {
    relay: async (envelope, message) => queue(envelope, message),
    comeHome(mx) {
      home = { hostname, endpoint: mx, tlsaBases: [] };
    },
    async close() {
      stop.abort();
      reporter?.close();
      validating.cancel();
      await Promise.all(running);
      if (defects.length > 0) throw new AggregateError(defects, 'Deliveries of the reference server failed.');
    },
  };
}

/** What the server calls itself on its way out. */
function helloNameOf(
  { helloName, hostname }: OutboundOptions,
  faulty: (fault: FaultName) => boolean,
): string {
  if (faulty('outbound-greets-with-single-label')) return '15b0717dc4c2';
  if (faulty('outbound-greets-with-unknown-name')) return 'localhost.localdomain';
  return faulty('outbound-greets-with-name-of-another') ? SINK_HOST : (helloName ?? hostname);
}

/** Under a fault: every host must have a good certificate. */
function policyOfEach(hops: readonly NextHop[]): StsPolicy {
  return { mode: 'enforce', mx: hops.map(({ hostname }) => hostname), maxAge: 0 };
}

/** The part after the last at sign, in lower case. */
function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
