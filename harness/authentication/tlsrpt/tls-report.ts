import { readHeader } from '../../messages/header.ts';
import { unpackedReport } from '../report-attachment.ts';

/** What a report says about one policy of a domain (RFC 8460 §4.4). */
export interface TlsReportPolicy {
  /** `tlsa`, `sts` or `no-policy-found`. */
  readonly type: string;
  /** In lower case. */
  readonly domain: string;
  readonly successes: number;
  readonly failures: number;
  /** Why sessions failed, such as `certificate-host-mismatch`. */
  readonly failureTypes: readonly string[];
}

/** A report on TLS that came by mail (RFC 8460 §5.3). */
export interface TlsReport {
  /** `TLS-Report-Domain` and `TLS-Report-Submitter`, in lower case; empty where they are missing. */
  readonly domainField: string;
  readonly submitterField: string;
  /** The message is multipart/report with report-type tlsrpt. */
  readonly isReportMessage: boolean;
  readonly policies: readonly TlsReportPolicy[];
}

/** Reads the report that a message carries, gzip or plain JSON; a sentence where it carries no valid one. */
export function readTlsReport(message: Buffer): TlsReport | string {
  const unpacked = unpackedReport(message, /application\/(tlsrpt|json|gzip)/i);
  if ('problem' in unpacked) return unpacked.problem;
  let document: unknown;
  try {
    document = JSON.parse(unpacked.text);
  } catch {
    return 'The attachment is no JSON.';
  }
  const policies = member(document, 'policies');
  const missing = ['organization-name', 'contact-info', 'report-id'].find(
    (name) => typeof member(document, name) !== 'string',
  );
  if (missing !== undefined) return `The report has no text under ${missing}.`;
  const wrongDate = ['start-datetime', 'end-datetime'].find(
    (name) => !isTime(member(member(document, 'date-range'), name)),
  );
  if (wrongDate !== undefined) return `The report has no RFC 3339 time under date-range, ${wrongDate}.`;
  if (!Array.isArray(policies)) return 'The report has no list of policies.';
  const read = policies.map(readPolicy);
  const problem = read.find((one) => typeof one === 'string');
  if (problem !== undefined) return problem;
  const { fields } = readHeader(message);
  const field = (name: string) =>
    fields
      .find((one) => one.name === name)
      ?.value.trim()
      .toLowerCase() ?? '';
  return {
    domainField: field('tls-report-domain'),
    submitterField: field('tls-report-submitter'),
    isReportMessage: /^multipart\/report\b.*report-type="?tlsrpt\b/is.test(field('content-type')),
    policies: read.filter((one) => typeof one !== 'string'),
  };
}

function readPolicy(entry: unknown): TlsReportPolicy | string {
  const policy = member(entry, 'policy');
  const [type, domain] = [member(policy, 'policy-type'), member(policy, 'policy-domain')];
  if (typeof type !== 'string' || typeof domain !== 'string')
    return 'A policy in the report lacks its policy-type or policy-domain.';
  const summary = member(entry, 'summary');
  const [successes, failures] = ['successful', 'failure'].map((kind) =>
    member(summary, `total-${kind}-session-count`),
  );
  if (!isCount(successes) || !isCount(failures))
    return 'A policy in the report lacks its counts of sessions.';
  const details = member(entry, 'failure-details') ?? [];
  if (!Array.isArray(details)) return 'The failure-details of a policy are no list.';
  const failureTypes = details.map((detail) => String(member(detail, 'result-type') ?? ''));
  return { type, domain: domain.toLowerCase(), successes, failures, failureTypes };
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTime(value: unknown): boolean {
  return (
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(value)
  );
}
