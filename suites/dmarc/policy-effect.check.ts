import { check, type Services } from '../../harness/check/check.ts';
import { publish, silentDomain } from './author.ts';
import { assertEvaluated, assertJudged, isContained, outcomeOf } from './evaluation.ts';
import { attempt, type Handling, wordsOf } from './trial.ts';

const common = {
  level: 'MUST',
  severity: 'medium',
  roles: ['mx'],
  needs: ['account', 'mailbox', 'dns'],
  effect: 'delivers',
  safety: 'sends-mail',
} as const;

/** Hands in a message that fails, in the name of a domain with these records. */
async function forge(
  services: Services,
  label: string,
  dmarc: string | readonly string[],
): Promise<{ readonly domain: string; readonly handling: Handling }> {
  const domain = await publish(services, services.lab().domain(label), { dmarc });
  const silent = await silentDomain(services);
  const handling = await attempt(services, {
    name: label,
    author: [`From: <author@${domain}>`],
    sender: `bounces@${silent}`,
  });
  assertJudged(services, handling);
  return { domain, handling };
}

export const noneChangesNothing = check(
  {
    ...common,
    id: 'DMARC-007',
    slug: 'none-changes-nothing',
    title: 'p=none changes nothing; t=y lowers the policy by one level',
    sends: 'forged messages under p=none, under p=reject; t=y, and of a domain without any record',
    demands: 'p=none is treated as no record at all; t=y is not refused',
    clauses: ['rfc9989#5.4', 'rfc9989#4.7'],
    budget: '90s',
    kills: ['dmarc-none-goes-to-junk', 'dmarc-test-mode-ignored'],
  },
  async (services) => {
    const { variant, inconclusive } = services;
    const control = await forge(services, 'control', []);
    if (control.handling.kind !== 'inbox')
      inconclusive('precondition', `A message without any record was ${wordsOf(control.handling)}.`);
    await variant('p=none', async (verify) => {
      const { domain, handling } = await forge(services, 'monitored', 'v=DMARC1; p=none');
      await assertEvaluated(services, domain, handling);
      verify.that(handling.kind === 'inbox', {
        demand: 'p=none does not change what is done with a message',
        expected: 'INBOX',
        actual: wordsOf(handling),
      });
    });
    await variant('t=y', async (verify) => {
      const { domain, handling } = await forge(services, 'tested', 'v=DMARC1; p=reject; t=y');
      await assertEvaluated(services, domain, handling);
      verify.ideally.that(handling.kind !== 'rejected', {
        demand: 't=y asks for one level less than p=reject',
        expected: 'quarantined or marked',
        actual: wordsOf(handling),
      });
    });
  },
);

/** Records that are none, and what is published (RFC 9989 §4.7, §4.10.1). */
const INVALID: readonly {
  readonly name: string;
  readonly label: string;
  readonly records: readonly string[];
}[] = [
  { name: 'two records', label: 'two', records: ['v=DMARC1; p=reject', 'v=DMARC1; p=reject; sp=reject'] },
  { name: 'the version is not first', label: 'order', records: ['p=reject; v=DMARC1'] },
  { name: 'the version in lower case', label: 'case', records: ['v=dmarc1; p=reject'] },
  { name: 'another version', label: 'version', records: ['v=DMARC2; p=reject'] },
  { name: 'an unknown policy and no address for reports', label: 'bogus', records: ['v=DMARC1; p=bogus'] },
];

export const invalidRecordsHaveNoEffect = check(
  {
    ...common,
    id: 'DMARC-008',
    slug: 'invalid-records-have-no-effect',
    title: 'Record selection is strict: duplicates, wrong version, missing p',
    sends:
      'forged messages of domains with two records, a record in wrong form, one without policy, and a good one with unknown tags',
    demands: 'nothing is enforced from a record that is none; unknown tags and blanks do not matter',
    clauses: ['rfc9989#4.10', 'rfc9989#4.10.1', 'rfc9989#4.7'],
    budget: '3m',
    kills: ['dmarc-first-of-several-records', 'dmarc-version-anywhere', 'dmarc-unknown-tags-break-record'],
  },
  async (services) => {
    const { variant, inconclusive, lab } = services;
    const control = await forge(services, 'control', []);
    if (control.handling.kind !== 'inbox')
      inconclusive('precondition', `A message without any record was ${wordsOf(control.handling)}.`);
    for (const { name, label, records } of INVALID) {
      await variant(name, async (verify) => {
        const { domain, handling } = await forge(services, label, records);
        await assertEvaluated(services, domain, handling);
        verify.that(handling.kind === 'inbox', {
          demand: `nothing is enforced from ${records.join(' and ')}`,
          expected: 'INBOX, as without a record',
          actual: wordsOf(handling),
        });
        verify.ideally.that(outcomeOf(handling) !== 'failed', {
          demand: 'no failure is recorded where there is no policy',
          expected: 'dmarc=none or permerror',
          actual: wordsOf(handling),
        });
      });
    }
    await variant('no policy, an address for reports', async (verify) => {
      const address = `rua=mailto:reports@${lab().domain('reported')}`;
      const { domain, handling } = await forge(services, 'reported', `v=DMARC1; ${address}`);
      await assertEvaluated(services, domain, handling);
      verify.that(handling.kind === 'inbox', {
        demand: 'a record without p= counts as p=none',
        expected: 'INBOX',
        actual: wordsOf(handling),
      });
    });
    await variant('unknown tags and blanks', async (verify) => {
      const { domain, handling } = await forge(services, 'unknown', 'v=DMARC1 ;  p=reject ; x=y; pct=100;  ');
      await assertEvaluated(services, domain, handling);
      verify.ideally.that(isContained(handling), {
        demand: 'a good record with unknown tags is a good record',
        expected: 'refused, in Junk, or delivered with dmarc=fail',
        actual: wordsOf(handling),
      });
    });
  },
);

export const dnsFailuresDecideNothing = check(
  {
    ...common,
    id: 'DMARC-010',
    slug: 'dns-failures-decide-nothing',
    title: 'DNS failures give neither pass nor fail',
    sends: 'forged messages while the DNS of the policy, or of the key alone, answers SERVFAIL',
    demands: 'they are put off, or taken with dmarc=temperror; never dmarc=pass, never a lasting refusal',
    clauses: ['rfc9989#5.3.6', 'rfc9989#4.10.1'],
    budget: '2m',
    kills: ['dmarc-servfail-refuses', 'dmarc-servfail-passes'],
  },
  async (services) => {
    const { variant, lab } = services;
    await variant('policy', async (verify) => {
      const domain = await publish(services, lab().domain('author'), { dmarc: 'v=DMARC1; p=reject' });
      await lab().dns.fault({ name: `_dmarc.${domain}`, effect: 'servfail' });
      const silent = await silentDomain(services);
      const handling = await attempt(services, {
        name: 'policy',
        author: [`From: <author@${domain}>`],
        sender: `bounces@${silent}`,
      });
      await assertEvaluated(services, domain, handling);
      if (handling.kind === 'rejected' && handling.stage !== 'DATA') assertJudged(services, handling);
      judge(verify, handling, 'policy');
    });
    await variant('key', async (verify) => {
      const domain = await publish(services, lab().domain('keyless'), {
        dmarc: 'v=DMARC1; p=reject',
        key: true,
      });
      await lab().dns.fault({ name: `probe._domainkey.${domain}`, effect: 'servfail' });
      const silent = await silentDomain(services);
      const handling = await attempt(services, {
        name: 'key',
        author: [`From: <author@${domain}>`],
        sender: `bounces@${silent}`,
        signedBy: [domain],
      });
      await assertEvaluated(services, domain, handling);
      if (handling.kind === 'rejected' && handling.stage !== 'DATA') assertJudged(services, handling);
      judge(verify, handling, 'key');
    });
  },
);

function judge(verify: Services['verify'], handling: Handling, what: string): void {
  if (handling.kind === 'deferred') {
    verify.met(`a message is put off while the ${what} cannot be looked up`, wordsOf(handling));
    return;
  }
  verify.that(handling.kind !== 'rejected', {
    demand: `no message is refused for good because the ${what} cannot be looked up`,
    expected: 'a refusal for now, or delivery',
    actual: wordsOf(handling),
  });
  verify.that(outcomeOf(handling) !== 'passed', {
    demand: `nothing passes because the ${what} cannot be looked up`,
    expected: 'no dmarc=pass',
    actual: wordsOf(handling),
  });
  verify.ideally.that(outcomeOf(handling) === 'undecided', {
    demand: 'the failure is recorded',
    expected: 'dmarc=temperror',
    actual: wordsOf(handling),
  });
}
