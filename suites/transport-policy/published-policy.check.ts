import { check, type Services } from '../../harness/check/check.ts';
import { chainsOf } from './chains.ts';
import { readPolicyFile } from './policy-file.ts';
import { namesOf, PUBLICATION, requirePublication, textsAt } from './published.ts';

/** Seconds. */
const WEEK = 604_800;

export const publishedPolicyIsValid = check(
  {
    ...PUBLICATION,
    id: 'TPOL-020',
    slug: 'published-policy-is-valid',
    title: 'Publication: MTA-STS policy and TLSRPT record of the target are valid',
    sends: 'lookups of _mta-sts and _smtp._tls of the target; GET of its policy; STARTTLS to its MX',
    demands: 'a valid enforced policy that every MX host satisfies, and a valid address for TLS reports',
    level: 'policy',
    severity: 'low',
    clauses: [
      'rfc8461#3.1',
      'rfc8461#3.2',
      'rfc8461#3.3',
      'rfc8461#4.1',
      'rfc8461#4.2',
      'rfc8461#7.1',
      'rfc8461#10.2',
      'rfc8460#3',
      'bsi-tr-03108#4.1.7',
    ],
    limits: [
      'Of several MX hosts the one that is under audit is connected to.',
      'No report is sent to the address for TLS reports.',
    ],
    upholds: ['published-policies'],
    kills: ['published-policy-names-old-mx', 'tls-report-record-malformed'],
  },
  async (services) => {
    const { variant } = services;
    const domain = requirePublication(services);
    await variant('MTA-STS', (verify) => judgePolicy({ ...services, verify }, domain));
    await variant('TLSRPT', (verify) => judgeReportRecord({ ...services, verify }, domain));
  },
);

async function judgePolicy(services: Services, domain: string): Promise<void> {
  const { records: published, verify, target, certificates } = services;
  const texts = await textsAt(services, `_mta-sts.${domain}`);
  const records = texts.filter((text) => /^v=STSv1[ \t]*;/.test(text));
  verify.ideally.that(texts.length > 0, {
    demand: 'a policy is published',
    expected: 'TXT at _mta-sts',
    actual: texts.join(' / ') || 'no record',
  });
  if (texts.length === 0) return;
  verify.that(records.length === 1 && /;[ \t]*id=[A-Za-z0-9]{1,32}[ \t]*(;|$)/.test(records[0] ?? ''), {
    demand: 'there is one valid record of a policy',
    expected: 'v=STSv1; id=…;',
    actual: texts.join(' / '),
  });
  const host = `mta-sts.${domain}`;
  const {
    status,
    headers,
    body,
    certificates: sent,
    authority,
    failure,
  } = await published.fetch(host, '/.well-known/mta-sts.txt');
  const isWhole = verify.that(status === 200 && failure === null, {
    demand: 'the policy host answers with the policy',
    expected: 'status 200',
    actual: failure ?? `status ${status}`,
  });
  if (!isWhole) return;
  const problem = certificateProblem(services, sent, certificates.trustAnchors(authority), host);
  verify.that(problem === undefined, {
    demand: 'the certificate of the policy host is good for its name',
    expected: `a trusted certificate for ${host}`,
    actual: problem ?? 'a trusted certificate',
  });
  verify.ideally.that(/^text\/plain\b/i.test(headers['content-type'] ?? ''), {
    demand: 'the policy is plain text',
    expected: 'text/plain',
    actual: headers['content-type'] ?? 'no media type',
  });
  const text = body.toString('latin1');
  const { mode, patterns, maxAge, flaws } = readPolicyFile(text);
  const isValid = verify.that(flaws.length === 0, {
    demand: 'the policy is valid',
    expected: 'version, mode, mx and max_age as RFC 8461 §3.2 has them',
    actual: flaws.length === 0 ? text : flaws.join('; '),
  });
  verify.ideally.that(mode === 'enforce', {
    demand: 'the policy is enforced',
    expected: 'mode: enforce',
    actual: `mode: ${mode}`,
  });
  if (isValid)
    verify.ideally.that(maxAge >= WEEK, {
      demand: 'the policy lasts a week or longer',
      expected: `max_age: ${WEEK}`,
      actual: `max_age: ${maxAge}`,
    });
  for (const name of await namesOf(services, domain)) {
    const covered = patterns.some((pattern) => certificates.matchesHostName(pattern, name));
    verify.that(covered || mode !== 'enforce', {
      demand: `the policy covers ${name}`,
      expected: 'a pattern for every MX host',
      actual: patterns.join(', '),
    });
    if (name !== target.hostname.toLowerCase()) continue;
    const [chain] = await chainsOf(services);
    const wrong = chain
      ? certificateProblem(services, chain.sent, certificates.trustAnchors(target.trustAnchor), name)
      : 'no STARTTLS';
    verify.that(wrong === undefined || mode !== 'enforce', {
      demand: `${name} shows a certificate that the policy demands`,
      expected: `a trusted certificate for ${name}`,
      actual: wrong ?? 'a trusted certificate',
    });
  }
}

/** Why a chain is not good for a name; undefined when it is (RFC 8461 §4.2). */
function certificateProblem(
  { certificates }: Services,
  sent: readonly Buffer[],
  anchors: readonly Buffer[],
  name: string,
): string | undefined {
  const [leaf] = sent;
  if (!leaf) return 'no certificate';
  const { dnsNames, notBefore, notAfter } = certificates.readCertificate(leaf);
  const now = new Date();
  if (now < notBefore || now > notAfter) return 'outside its validity period';
  if (!dnsNames.some((presented) => certificates.matchesHostName(presented, name))) {
    return `for ${dnsNames.join(', ') || 'no name'}`;
  }
  const path = certificates.trustPath(sent, anchors);
  return path.trusted ? undefined : path.text;
}

async function judgeReportRecord(services: Services, domain: string): Promise<void> {
  const { verify } = services;
  const texts = await textsAt(services, `_smtp._tls.${domain}`);
  verify.ideally.that(texts.length > 0, {
    demand: 'an address for TLS reports is published',
    expected: 'TXT at _smtp._tls',
    actual: texts.join(' / ') || 'no record',
  });
  if (texts.length === 0) return;
  const records = texts.filter((text) => /^v=TLSRPTv1[ \t]*;/.test(text));
  const [, addresses = ''] = /;[ \t]*rua=([^;]*)/.exec(records[0] ?? '') ?? [];
  const uris = addresses.split(',').map((uri) => uri.trim());
  verify.that(
    records.length === 1 && uris.every((uri) => /^(mailto:[^@\s]+@\S+|https:\/\/\S+)$/i.test(uri)),
    {
      demand: 'there is one valid record for TLS reports',
      expected: 'v=TLSRPTv1; rua=mailto:…',
      actual: texts.join(' / '),
    },
  );
  // BSI TR-03108 §4.1.10.
  verify.ideally.that(
    uris.every((uri) => !/^https:/i.test(uri)),
    { demand: 'reports are asked for by mail', expected: 'rua=mailto:…', actual: addresses },
  );
}
