import { check, type Services } from '../../harness/check/check.ts';
import { publish, SELECTOR } from './author.ts';
import { AUTHORED_MAIL } from './dmarc-check.ts';
import {
  assertEvaluated,
  assertJudged,
  forgedAttempt,
  outcomeOf,
  verifyContained,
  verifyInInbox,
} from './evaluation.ts';
import { type Handling, wordsOf } from './trial.ts';

const common = {
  ...AUTHORED_MAIL,
  level: 'MUST',
  severity: 'medium',
} as const;

/** Hands in a message that fails, in the name of a domain with these records. */
async function forge(
  services: Services,
  label: string,
  dmarc: string | readonly string[],
): Promise<Handling> {
  const domain = await publish(services, services.lab().domain(label), { dmarc });
  const handling = await forgedAttempt(services, domain, { name: label });
  assertJudged(services, handling);
  if (dmarc.length > 0) await assertEvaluated(services, domain, handling);
  return handling;
}

/** Without any record such a message is delivered; else nothing can be said about what records do. */
async function assertDelivered(services: Services): Promise<void> {
  const handling = await forge(services, 'control', []);
  if (handling.kind !== 'inbox')
    services.inconclusive('precondition', `A message without any record was ${wordsOf(handling)}.`);
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
    const { variant } = services;
    await assertDelivered(services);
    await variant('p=none', async (verify) => {
      const handling = await forge(services, 'monitored', 'v=DMARC1; p=none');
      verifyInInbox(verify, handling, 'p=none does not change what is done with a message');
    });
    await variant('t=y', async (verify) => {
      const handling = await forge(services, 'tested', 'v=DMARC1; p=reject; t=y');
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
    clauses: ['rfc9989#4.10', 'rfc9989#4.10.1', 'rfc9989#4.7', 'rfc9989#4.8'],
    budget: '3m',
    kills: ['dmarc-first-of-several-records', 'dmarc-version-anywhere', 'dmarc-unknown-tags-break-record'],
  },
  async (services) => {
    const { variant, lab } = services;
    await assertDelivered(services);
    for (const { name, label, records } of INVALID) {
      await variant(name, async (verify) => {
        const handling = await forge(services, label, records);
        verifyInInbox(verify, handling, `nothing is enforced from ${records.join(' and ')}`);
        verify.ideally.that(outcomeOf(handling) !== 'failed', {
          demand: 'no failure is recorded where there is no policy',
          expected: 'dmarc=none or permerror',
          actual: wordsOf(handling),
        });
      });
    }
    await variant('no policy, an address for reports', async (verify) => {
      const address = `rua=mailto:reports@${lab().domain('reported')}`;
      const handling = await forge(services, 'reported', `v=DMARC1; ${address}`);
      verifyInInbox(verify, handling, 'a record without p= counts as p=none');
    });
    await variant('unknown tags and blanks', async (verify) => {
      const handling = await forge(services, 'unknown', 'v=DMARC1 ;  p=reject ; x=y; pct=100;  ');
      verifyContained(verify.ideally, handling, 'a good record with unknown tags is a good record');
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
    const sources = {
      policy: { label: 'author', faulty: '_dmarc' },
      key: { label: 'keyless', faulty: `${SELECTOR}._domainkey` },
    };
    for (const [name, { label, faulty }] of Object.entries(sources))
      await variant(name, async (verify) => {
        const key = name === 'key';
        const domain = await publish(services, lab().domain(label), { dmarc: 'v=DMARC1; p=reject', key });
        await lab().dns.fault({ name: `${faulty}.${domain}`, effect: 'servfail' });
        const handling = await forgedAttempt(services, domain, { name, signedBy: key ? [domain] : [] });
        await assertEvaluated(services, domain, handling);
        if (handling.kind !== 'deferred') assertJudged(services, handling);
        judge(verify, handling, name);
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
