import { gzipSync } from 'node:zlib';
import type { FaultName } from '../../../model/faults.ts';
import { base64, lines } from '../../../wire/bytes.ts';
import { headerDate } from '../../message/date.ts';
import { newId } from '../../smtp/trace.ts';
import type { StsPolicy } from './sts-policy.ts';
import type { NotedSession } from './tls-reporter.ts';

/** Who reports to whom about what. */
export interface TlsReportContent {
  readonly domain: string;
  readonly hostname: string;
  /** The domain whose hosts it is about. */
  readonly about: string;
  readonly recipient: string;
  readonly sessions: readonly NotedSession[];
}

const LINE = 76;
const DAY_MS = 86_400_000;

/** A report as a message (RFC 8460 §4.4, §5.3). */
export function tlsReport(content: TlsReportContent, faulty: (fault: FaultName) => boolean): Buffer {
  const { domain, hostname, about, recipient } = content;
  const id = newId();
  const until = new Date();
  const from = new Date(until.getTime() - DAY_MS);
  const document = {
    'organization-name': domain,
    'date-range': { 'start-datetime': from.toISOString(), 'end-datetime': until.toISOString() },
    'contact-info': `tls-reports@${domain}`,
    'report-id': id,
    policies: policiesOf(content, faulty),
  };
  const seconds = (time: Date) => Math.floor(time.getTime() / 1000);
  const file = `${hostname}!${about}!${seconds(from)}!${seconds(until)}!${id}.json.gz`;
  const packed = base64(gzipSync(JSON.stringify(document))).match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  const boundary = `=_${id}`;
  return lines(
    `From: <tls-reports@${domain}>`,
    `To: <${recipient}>`,
    `Subject: Report Domain: ${about} Submitter: ${domain} Report-ID: <${id}@${hostname}>`,
    `Date: ${headerDate(until)}`,
    `Message-ID: <${id}@${hostname}>`,
    ...(faulty('tls-reports-without-fields')
      ? []
      : [`TLS-Report-Domain: ${about}`, `TLS-Report-Submitter: ${domain}`]),
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type="tlsrpt"; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `How TLS with the mail servers of ${about} went.`,
    `--${boundary}`,
    'Content-Type: application/tlsrpt+gzip',
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${file}"`,
    '',
    ...packed,
    `--${boundary}--`,
  );
}

function policiesOf({ about, sessions }: TlsReportContent, faulty: (fault: FaultName) => boolean) {
  return [...Map.groupBy(sessions, ({ policyType }) => policyType)].map(([policyType, group]) => {
    const failed = group.filter(({ result }) => result !== 'success');
    const told = faulty('tls-reports-omit-failures') ? [] : failed;
    const successes = group.length - failed.length + (faulty('tls-reports-miscount') ? 1 : 0);
    const [{ policy } = { policy: undefined }] = group;
    return {
      policy: {
        'policy-type': policyType,
        'policy-domain': about,
        ...(policy && policyType === 'sts' ? { 'policy-string': linesOf(policy), 'mx-host': policy.mx } : {}),
      },
      summary: {
        'total-successful-session-count': successes,
        'total-failure-session-count': told.length,
      },
      ...(told.length > 0 && !faulty('tls-reports-without-reason')
        ? { 'failure-details': details(told) }
        : {}),
    };
  });
}

function details(failed: readonly NotedSession[]) {
  const kinds = Map.groupBy(failed, ({ result, hop }) => `${result} ${hop.hostname} ${hop.endpoint.host}`);
  return [...kinds.values()].flatMap((group) =>
    group.slice(0, 1).map(({ result, hop }) => ({
      'result-type': result,
      'receiving-mx-hostname': hop.hostname,
      'receiving-ip': hop.endpoint.host,
      'failed-session-count': group.length,
    })),
  );
}

/** The policy line by line, as it was applied (RFC 8461 §3.2). */
function linesOf({ mode, mx, maxAge }: StsPolicy): string[] {
  return ['version: STSv1', `mode: ${mode}`, ...mx.map((name) => `mx: ${name}`), `max_age: ${maxAge}`];
}
