import { check } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { expectedDeliveries } from '../../harness/steps/waits.ts';
import { requireMtaSts } from './claims.ts';
import { assertStsWorks, goodReceiver, stsControl } from './controls.ts';
import { awaited, hostName, policyHost, publishDestination, stsPolicy, stsRecord } from './destination.ts';
import { describe, mustArrive, mustNotArrive, outcomeOf, outcomesOf } from './outcome.ts';
import { OUTGOING } from './outgoing-mail.ts';
import { primed } from './primed.ts';

export const policyIsApplied = check(
  {
    ...OUTGOING,
    id: 'TPOL-010',
    slug: 'policy-is-applied',
    title: 'MTA-STS positive control: enforce policy is discovered, fetched and applied',
    sends:
      'as the first account: a message to a domain with an enforced MTA-STS policy that its server satisfies',
    demands: 'record and policy are fetched, and the message arrives inside TLS',
    level: 'policy',
    severity: 'medium',
    clauses: ['rfc8461#3.1', 'rfc8461#3.3', 'rfc8461#4', 'rfc8461#3.2', 'bsi-tr-03108#4.1.8'],
    waits: expectedDeliveries(2),
    kills: ['outbound-without-mta-sts'],
  },
  async (services) => {
    const { lab, verify } = services;
    requireMtaSts(services);
    const destination = await stsControl(services);
    await makeTargetSend(services, [destination.recipient]);
    const outcome = await outcomeOf(services, destination);
    mustArrive(services, verify, outcome, 'the message to a server that satisfies its policy arrives');
    const host = policyHost(destination.domain);
    if (!(await lab().web.waitForRequest({ host }))) {
      // A policy that was not to be had in time is asked for again with the next message (RFC 8461 §5.1).
      await makeTargetSend(services, [destination.recipient]);
      await lab().web.waitForRequest({ host });
    }
    const queries = await lab().dns.queries({ name: `_mta-sts.${destination.domain}`, type: 'TXT' });
    verify.that(queries.length > 0, {
      demand: 'the record of the policy is looked up',
      expected: 'a query for TXT at _mta-sts',
      actual: describe(outcome),
    });
    const requests = (await lab().web.requests()).filter((request) => request.host === host);
    verify.that(
      requests.some(({ method, path }) => method === 'GET' && path === '/.well-known/mta-sts.txt'),
      {
        demand: 'the policy is fetched',
        expected: 'GET /.well-known/mta-sts.txt',
        actual: requests.map(({ method, path }) => `${method} ${path}`).join(', ') || 'no request',
      },
    );
  },
);

export const onlyListedHosts = check(
  {
    ...OUTGOING,
    id: 'TPOL-013',
    slug: 'only-listed-hosts',
    title: 'MTA-STS enforce: MX hosts outside the policy are skipped; wildcards match one label only',
    sends:
      'as the first account: messages to domains whose enforced policy names *.good.<domain> and whose servers are inside and outside of that pattern, each with a certificate for its own name',
    demands: 'messages go to servers that the pattern covers, and to no others',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8461#4.1', 'rfc8461#5', 'rfc8461#5.1', 'rfc8461#4', 'rfc8461#8.4', 'bsi-tr-03108#4.1.8'],
    waits: expectedDeliveries(2),
    kills: ['sts-pattern-matches-any-depth'],
  },
  async (services) => {
    const { lab, variant } = services;
    requireMtaSts(services);
    const cases = [
      { name: 'one label in place of the wildcard', label: 'one-label', host: 'a.good', inside: true },
      { name: 'no label in place of the wildcard', label: 'no-label', host: 'good', inside: false },
      { name: 'two labels in place of the wildcard', label: 'two-labels', host: 'a.b.good', inside: false },
      { name: 'another name', label: 'stranger', host: 'evil', inside: false },
    ] as const;
    const [pair, disguised] = [lab().domain('pair'), lab().domain('disguised')];
    const { receiver } = await goodReceiver(services, [
      ...cases.map(({ label, host }) => hostName(lab().domain(label), host)),
      hostName(pair, 'a.good'),
    ]);
    const outside = await goodReceiver(services, [hostName(pair, 'evil'), hostName(disguised, 'a.good')]);
    const policy = (domain: string) => ({ web: { policy: stsPolicy(services, [`*.good.${domain}`]) } });
    const domains = [...cases.map(({ label }) => lab().domain(label)), pair, disguised];
    await primed(
      services,
      domains.map((domain) => ({ domain, label: 'a.good', policy: policy(domain) })),
    );
    const single = await Promise.all(
      cases.map(({ label, host }) => {
        const domain = lab().domain(label);
        return publishDestination(services, domain, {
          hosts: [{ label: host, receiver }],
          policy: policy(domain),
        });
      }),
    );
    const both = await publishDestination(services, pair, {
      hosts: [
        { label: 'evil', receiver: outside.receiver },
        { label: 'a.good', preference: 20, receiver },
      ],
      policy: policy(pair),
    });
    const inDisguise = await publishDestination(services, disguised, {
      hosts: [{ label: 'evil', receiver: outside.receiver }],
      policy: policy(disguised),
    });
    const all = [inDisguise, both, ...single];
    await makeTargetSend(
      services,
      all.map(({ recipient }) => recipient),
    );
    const [wrongName, paired, ...outcomes] = await outcomesOf(services, [
      inDisguise,
      awaited(both),
      ...single.map((one, index) => (cases[index]?.inside ? awaited(one) : one)),
    ]);
    if (!wrongName || !paired) return;
    for (const [index, { name, inside }] of cases.entries()) {
      await variant(name, async (verify) => {
        const outcome = outcomes[index];
        if (!outcome) return;
        if (inside) mustArrive(services, verify, outcome, 'a server that the policy covers gets the message');
        else mustNotArrive(services, verify, outcome, 'a server that the policy does not cover gets nothing');
      });
    }
    await variant('the better server is not covered, the worse one is', async (verify) => {
      mustArrive(services, verify, paired, 'the message goes to the server that the policy covers');
      const strayed = (await outside.receiver.messages()).some(({ recipients }) =>
        recipients.includes(both.recipient),
      );
      verify.that(!strayed, {
        demand: 'a server that the policy does not cover is passed over',
        expected: 'no delivery to the better server',
        actual: strayed ? 'delivery to the better server' : describe(paired),
      });
    });
    await variant('a server that is not covered has the certificate of one that is', async (verify) => {
      // Some senders compare the patterns with the certificate instead of the MX record.
      mustNotArrive(services, verify.ideally, wrongName, 'patterns are compared with the MX record');
    });
  },
);

interface Grammar {
  readonly name: string;
  readonly label: string;
  readonly txt?: readonly string[];
  readonly edit?: (policy: string) => string;
  readonly expected: 'delivery' | 'no delivery';
  /** Whether the opposite is a failure, or a deviation. */
  readonly strict?: boolean;
}

const GRAMMAR: readonly Grammar[] = [
  {
    name: 'mode testing',
    label: 'testing',
    edit: (policy) => policy.replace('enforce', 'testing'),
    expected: 'delivery',
    strict: true,
  },
  {
    name: 'mode none',
    label: 'none',
    edit: (policy) => policy.replace('enforce', 'none'),
    expected: 'delivery',
    strict: true,
  },
  { name: 'two records', label: 'two-records', txt: [stsRecord(1), stsRecord(2)], expected: 'delivery' },
  { name: 'a record without id', label: 'no-id', txt: ['v=STSv1;'], expected: 'delivery' },
  { name: 'a record of version STSv2', label: 'version', txt: ['v=STSv2; id=1;'], expected: 'delivery' },
  {
    name: 'unknown fields in record and policy',
    label: 'unknown-fields',
    txt: ['v=STSv1; id=1; colour=blue;'],
    edit: (policy) => policy.replace('mode:', 'colour: blue\nmode:'),
    expected: 'no delivery',
  },
  {
    name: 'mode enforce and a second mode none',
    label: 'two-modes',
    edit: (policy) => `${policy}mode: none\n`,
    expected: 'no delivery',
    strict: true,
  },
  {
    name: 'lines that end in LF',
    label: 'bare-lf',
    edit: (policy) =>
      policy
        .split('\n')
        .map((line) => line.trimEnd())
        .join('\n'),
    expected: 'no delivery',
  },
];

export const policyGrammar = check(
  {
    ...OUTGOING,
    id: 'TPOL-014',
    slug: 'policy-grammar',
    title: 'MTA-STS record and policy grammar; testing and none modes never block',
    sends:
      'as the first account: messages to domains whose server violates their policy, with records and policies of every form',
    demands: 'valid enforced policies hold the message back, others do not',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc8461#3.1', 'rfc8461#3.2', 'rfc8461#5', 'bsi-tr-03108#4.1.8'],
    waits: expectedDeliveries(2),
    kills: ['sts-enforces-testing'],
  },
  async (services) => {
    const { lab, variant } = services;
    requireMtaSts(services);
    const control = await stsControl(services);
    const { receiver } = await goodReceiver(services, ['mx.test']);
    const policyOf = ({ label, txt, edit = (policy) => policy }: Grammar) => {
      const policy = edit(stsPolicy(services, [hostName(lab().domain(label), 'other')]));
      return { web: { policy }, ...(txt ? { txt } : {}) };
    };
    await primed(
      services,
      GRAMMAR.filter(({ expected }) => expected === 'no delivery').map((grammar) => ({
        domain: lab().domain(grammar.label),
        label: 'other',
        policy: policyOf(grammar),
      })),
    );
    const destinations = await Promise.all(
      GRAMMAR.map((grammar) => {
        const domain = lab().domain(grammar.label);
        return publishDestination(services, domain, {
          hosts: [{ receiver }],
          policy: policyOf(grammar),
        });
      }),
    );
    await makeTargetSend(
      services,
      [control, ...destinations].map(({ recipient }) => recipient),
    );
    const [controlled, ...outcomes] = await outcomesOf(services, [
      control,
      ...destinations.map((one, index) => (GRAMMAR[index]?.expected === 'delivery' ? awaited(one) : one)),
    ]);
    if (!controlled) return;
    await assertStsWorks(services, controlled);
    for (const [index, { name, expected, strict = false }] of GRAMMAR.entries()) {
      await variant(name, async (verify) => {
        const outcome = outcomes[index];
        if (!outcome) return;
        const judged = strict ? verify : verify.ideally;
        if (expected === 'delivery') {
          mustArrive(services, judged, outcome, 'no policy is in force that holds the message back', {
            tls: false,
          });
        } else mustNotArrive(services, judged, outcome, 'the policy is in force and holds the message back');
      });
    }
  },
);
