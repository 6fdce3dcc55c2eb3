import type { FaultName } from '../../../model/faults.ts';
import type { RelayEnvelope } from '../../options.ts';
import { TYPE } from '../dns/message.ts';
import type { ValidatingResolver } from '../dns/validating-resolver.ts';
import type { NextHop } from '../next-hop.ts';
import type { FailureType } from './objection.ts';
import { textOf } from './sts-discovery.ts';
import type { StsPolicy } from './sts-policy.ts';
import type { TlsDemand } from './tls-demand.ts';
import { tlsReport } from './tls-report.ts';

/** How TLS with a host of a domain went. */
export interface NotedSession {
  readonly result: 'success' | FailureType;
  readonly policyType: TlsDemand['policyType'];
  /** The MTA-STS policy of the domain, applied or not. */
  readonly policy: StsPolicy | undefined;
  readonly hop: NextHop;
}

/** Collects how TLS went and tells the domains that want to know (RFC 8460). */
export interface TlsReporter {
  note(domain: string, session: NotedSession): void;
  /** Gives up what was not told yet. */
  close(): void;
}

export interface TlsReporterOptions {
  readonly domain: string;
  readonly hostname: string;
  readonly resolver: ValidatingResolver;
  /** Time from the first session of a domain to its report, in milliseconds. */
  readonly afterMs: number;
  sign(report: Buffer): Buffer;
  /** Takes a report into the queue. */
  send(envelope: RelayEnvelope, report: Buffer): void;
  readonly faulty: (fault: FaultName) => boolean;
}

/** Who reports, also to be asked about reports. */
export function reportSender(domain: string): string {
  return `tls-reports@${domain}`;
}

export function createTlsReporter(options: TlsReporterOptions): TlsReporter {
  const { domain, hostname, resolver, afterMs, sign, send, faulty } = options;
  const pending = new Map<string, NotedSession[]>();
  const timers = new Set<NodeJS.Timeout>();

  async function tell(about: string, sessions: readonly NotedSession[]): Promise<void> {
    if (faulty('tls-reports-unsent')) return;
    const found = await resolver.lookup(`_smtp._tls.${about}`, TYPE.TXT);
    const texts = found.kind === 'found' ? found.records.map(textOf) : [];
    const told = texts.length === 0 && faulty('tls-reports-unasked');
    const recipients = told ? [`postmaster@${about}`] : addressesIn(texts, faulty);
    for (const asked of recipients) {
      const recipient = faulty('tls-reports-to-postmaster') ? `postmaster@${about}` : asked;
      const report = tlsReport({ domain, hostname, about, recipient, sessions }, faulty);
      send({ sender: reportSender(domain), recipients: [recipient], smtpUtf8: false }, sign(report));
    }
  }

  return {
    note(about, session) {
      const sessions = pending.get(about);
      if (sessions) {
        sessions.push(session);
        return;
      }
      const collected = [session];
      pending.set(about, collected);
      const timer = setTimeout(() => {
        timers.delete(timer);
        pending.delete(about);
        // Whoever cannot be looked up is told nothing; the next day brings another report.
        tell(about, collected).catch(() => undefined);
      }, afterMs);
      timers.add(timer);
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** Mail addresses that a record asks for; none where there is not exactly one valid record (RFC 8460 §3). */
function addressesIn(texts: readonly string[], faulty: (fault: FaultName) => boolean): readonly string[] {
  const lenient = faulty('tls-reports-for-invalid-records');
  const records = texts.filter((text) => lenient || /^v=TLSRPTv1[ \t]*;/.test(text));
  const [record] = records;
  if (record === undefined || (records.length > 1 && !lenient)) return [];
  const uris = /(?:^|;)[ \t]*rua=([^;]+)/.exec(record)?.[1]?.split(',') ?? [];
  return uris.flatMap((uri) => /^\s*mailto:([^?\s]+)/i.exec(uri)?.[1] ?? []);
}
