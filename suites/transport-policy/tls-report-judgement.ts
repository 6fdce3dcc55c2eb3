import type { ArrivedMessage, Receiver, Services, Verify } from '../../harness/check/check.ts';
import type { Destination } from './destination.ts';
import type { Outcome } from './outcome.ts';
import { textsAt } from './published.ts';

/** Nothing comes to the domain itself but the message of the check. */
export async function judgeStrays(
  verify: Verify,
  { domain, recipient, receivers }: Destination,
): Promise<void> {
  const messages = (await Promise.all(receivers.map((receiver) => receiver.messages()))).flat();
  const stray = messages.find(({ recipients }) =>
    recipients.some((one) => one.toLowerCase().endsWith(`@${domain}`) && one.toLowerCase() !== recipient),
  );
  verify.that(stray === undefined, {
    demand: 'reports go where the record says, and nowhere else',
    expected: `no mail to others at ${domain}`,
    actual: stray ? `mail to ${stray.recipients.join(', ')}` : 'none',
  });
}

/** What came for this recipient, if anything did. */
export async function arrivedFor(receiver: Receiver, recipient: string): Promise<ArrivedMessage | undefined> {
  return (await receiver.messages()).find(({ recipients }) =>
    recipients.some((one) => one.toLowerCase() === recipient),
  );
}

/** Of a domain that asked and was told nothing: whether a report was on its way, and that none came. */
export async function judgeAbsence(
  verify: Verify,
  mailroom: Receiver,
  { destination }: Outcome,
  withinMs: number,
): Promise<void> {
  const visits = await mailroom.sessions();
  const came = (await mailroom.messages()).length > 0;
  verify.that(visits.length === 0 || came, {
    demand: 'a report is delivered although the TLS of its destination is not good',
    expected: 'a report',
    actual: `${visits.length} conversations without a message`,
  });
  verify.ideally.missed(`the domain ${destination.domain} is told how TLS went`, {
    expected: `a report within ${withinMs} ms`,
    actual: 'nothing',
  });
}

/**
 * The report that came: form, signature and counts (RFC 8460 §3, §4.4, §5.3).
 * @param failure what it has to tell; TLS worked where it is absent
 */
export async function judgeReport(
  services: Services,
  verify: Verify,
  report: ArrivedMessage,
  { failure }: { readonly failure?: string },
  { destination }: Outcome,
): Promise<void> {
  const read = services.authentication.readTlsReport(report.content);
  await judgeSignature(services, verify, report);
  const isReport = verify.that(typeof read !== 'string', {
    demand: 'what comes is a report on TLS',
    expected: 'a JSON document of RFC 8460 §4.4, packed or not',
    actual: typeof read === 'string' ? read : 'one',
  });
  if (!isReport || typeof read === 'string') return;
  const { domain, receivers } = destination;
  verify.that(read.isReportMessage, {
    demand: 'the report is multipart/report with report-type tlsrpt',
    expected: 'multipart/report; report-type=tlsrpt',
    actual: read.isReportMessage ? 'it is' : 'another media type',
  });
  verify.that(read.domainField === domain && read.submitterField !== '', {
    demand: 'the header names the domain and who reports',
    expected: `TLS-Report-Domain: ${domain}, and TLS-Report-Submitter`,
    actual: `TLS-Report-Domain: ${read.domainField || 'none'}, TLS-Report-Submitter: ${read.submitterField || 'none'}`,
  });
  const policies = read.policies.filter((policy) => policy.domain === domain);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const successes = sum(policies.map((policy) => policy.successes));
  const failures = sum(policies.map((policy) => policy.failures));
  const sessions = (await Promise.all(receivers.map((receiver) => receiver.sessions()))).flat();
  const actual = `${successes} successes and ${failures} failures of ${domain}`;
  if (failure === undefined) {
    const held = sessions.filter(({ tls }) => tls !== null).length;
    verify.that(successes === held && failures === 0, {
      demand: 'the report counts what happened',
      expected: `${held} successes and 0 failures of ${domain}`,
      actual,
    });
    return;
  }
  // Attempts go on while the report is on its way.
  verify.that(successes === 0 && failures >= 1 && failures <= sessions.length, {
    demand: 'the report counts what happened',
    expected: `0 successes and between 1 and ${sessions.length} failures of ${domain}`,
    actual,
  });
  const types = policies.flatMap(({ failureTypes }) => failureTypes);
  verify.ideally.that(types.includes(failure), {
    demand: 'the report tells why TLS failed',
    expected: failure,
    actual: types.join(', ') || 'no failure-details',
  });
  verify.ideally.that(
    policies.some(({ type }) => type === 'sts'),
    {
      demand: 'the report tells which policy was applied',
      expected: 'sts',
      actual: policies.map(({ type }) => type).join(', ') || 'none',
    },
  );
}

/** RFC 8460 §3: a valid signature of the one who reports, over the whole body. */
async function judgeSignature(
  services: Services,
  verify: Verify,
  { content }: ArrivedMessage,
): Promise<void> {
  const { dkim } = services.authentication;
  const signatures = await dkim.verify(content, (name) => textsAt(services, name));
  verify.that(
    signatures.some(({ result, aligned }) => result === 'pass' && aligned),
    {
      demand: 'the report carries a good signature of its author',
      expected: 'a DKIM signature that passes',
      actual: signatures.map(({ result, domain }) => `${result} for ${domain}`).join(', ') || 'none',
    },
  );
  const partial = signatures.filter(({ tags }) => dkim.tagValue(tags, 'l') !== undefined);
  verify.that(partial.length === 0, {
    demand: 'no signature of a report limits itself to a part of the body (l=)',
    expected: 'no l=',
    actual: partial.map(({ tags }) => `l=${dkim.tagValue(tags, 'l')}`).join(', ') || 'no l=',
  });
}
