import { check } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { assertEvaluates } from './controls.ts';
import { bodyOf, expectResult, expectResults } from './expectation.ts';
import { SPF_CHECK } from './spf-check.ts';
import { a, ELSEWHERE, mx, txt } from './world.ts';

export const authorisedClientPasses = check(
  {
    ...SPF_CHECK,
    id: 'SPF-002',
    slug: 'authorised-client-passes',
    title: 'A client that the policy names passes',
    sends: 'messages from domains that name the client by ip4, a and mx',
    demands: 'each is accepted, with pass recorded',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc7208#2.6.3', 'rfc7208#8.3', 'rfc7208#5.3', 'rfc7208#5.4'],
    waits: deliveries(3),
    kills: ['spf-compares-another-address'],
  },
  bodyOf((client) => [
    ['ip4', 'pass', `v=spf1 ip4:${client} -all`],
    ['a', 'pass', (domain) => [txt(domain, `v=spf1 a:out.${domain} -all`), a(`out.${domain}`, client)]],
    [
      'mx',
      'pass',
      (domain) => [txt(domain, 'v=spf1 mx -all'), mx(domain, `in.${domain}`), a(`in.${domain}`, client)],
    ],
  ]),
);

export const unauthorisedClientFails = check(
  {
    ...SPF_CHECK,
    id: 'SPF-003',
    slug: 'unauthorised-client-fails',
    title: 'A client that the policy forbids fails',
    sends: 'a message from a domain that names another address and ends in -all',
    demands: 'a refusal with 550 5.7.1 or 5.7.23, or fail is recorded',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc7208#2.6.4', 'rfc7208#8.4', 'rfc7372#3.2'],
    waits: deliveries(1),
    upholds: ['inbound-authentication.spf'],
    kills: ['spf-fail-as-neutral'],
  },
  async (services) => {
    const { verify, target } = services;
    assertEvaluates(services);
    const outcome = await attempt(services, {
      label: 'stranger',
      zone: `v=spf1 ip4:${ELSEWHERE} -all`,
    });
    await expectResult(services, verify, outcome, 'fail');
    const { offered } = outcome;
    if (target.claims.inboundAuthentication?.spf === 'reject')
      verify.reply(offered.reply, 'what a policy forbids is refused, as declared').codeClass(5);
    if (offered.disposition === 'rejected')
      verify.ideally.matches(offered.line, /^550\b.*\b5\.7\.(1|23)\b/, {
        demand: 'the refusal says why',
        expected: '550 with 5.7.23 or 5.7.1',
      });
  },
);

export const softfailIsNoRefusal = check(
  {
    ...SPF_CHECK,
    id: 'SPF-004',
    slug: 'softfail-is-no-refusal',
    title: 'Softfail is recorded, and no reason to refuse by itself',
    sends: 'a message from a domain that names another address and ends in ~all',
    demands: 'it is accepted, with softfail recorded',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc7208#2.6.5', 'rfc7208#8.5'],
    waits: deliveries(1),
    kills: ['spf-softfail-as-fail', 'spf-refuses-softfail'],
  },
  async (services) => {
    const { verify } = services;
    assertEvaluates(services);
    const outcome = await attempt(services, {
      label: 'transition',
      zone: `v=spf1 ip4:${ELSEWHERE} ~all`,
    });
    const { stored, results, asked } = outcome;
    if (!stored || !asked || results.length > 0) return expectResult(services, verify, outcome, 'softfail');
    verify.ideally.missed('softfail is recorded', {
      expected: 'softfail',
      actual: 'accepted without a recorded result',
    });
  },
);

export const neutralIsLikeNone = check(
  {
    ...SPF_CHECK,
    id: 'SPF-005',
    slug: 'neutral-is-like-none',
    title: 'Neutral is treated exactly like none',
    sends: 'a message from a domain that says ?all, and one from a domain without policy',
    demands: 'both meet with the same, with neutral and none recorded',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc7208#8.2', 'rfc7208#2.6.2'],
    waits: deliveries(2),
    kills: ['spf-neutral-to-junk'],
    limits: ['What is compared is acceptance and mailbox; scores are not.'],
  },
  async (services) => {
    const { verify, inconclusive } = services;
    assertEvaluates(services);
    const none = await attempt(services, { label: 'unsaid', zone: () => [] });
    const neutral = await attempt(services, {
      label: 'undecided',
      zone: `v=spf1 ip4:${ELSEWHERE} ?all`,
    });
    if (none.offered.disposition === 'deferred' || neutral.offered.disposition === 'deferred')
      return inconclusive('precondition', `Refused for now beyond the schedule: ${neutral.offered.line}`);
    const fate = ({ offered, stored }: typeof none) =>
      offered.disposition === 'rejected' ? 'refused' : `accepted into ${stored?.mailbox ?? 'no mailbox'}`;
    verify.that(fate(neutral) === fate(none), {
      demand: 'neutral meets with the same as none',
      expected: `${fate(none)}, as none is`,
      actual: fate(neutral),
    });
    if (none.results.length > 0 || neutral.results.length > 0) {
      await expectResult(services, verify, none, 'none');
      await expectResult(services, verify, neutral, 'neutral');
    }
  },
);

export const absentRecordIsNone = check(
  {
    ...SPF_CHECK,
    id: 'SPF-006',
    slug: 'absent-record-is-none',
    title: 'A domain without policy, or that does not exist, yields none',
    sends: 'a message from a domain without TXT records, and one from a domain that does not exist',
    demands: 'none is recorded; the second may be refused because the domain does not exist',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc7208#2.6.1', 'rfc7208#4.3', 'rfc7208#4.5'],
    waits: deliveries(2),
    kills: ['spf-none-as-permerror'],
  },
  async (services) => {
    const { variant } = services;
    assertEvaluates(services);
    await expectResults(services, [['without TXT records', 'none', () => []]]);
    await variant('no such domain', async (verify) => {
      const outcome = await attempt(services, {
        label: 'nothing',
        zone: (domain) => [a(`other.${domain}`, ELSEWHERE)],
        bare: true,
        sender: `probe@missing.${services.lab().domain('nothing')}`,
      });
      const { offered } = outcome;
      if (offered.disposition === 'accepted') return expectResult(services, verify, outcome, 'none');
      const reason = /domain|dns|resolv|sender|not found|exist|nxdomain|5\.1\.8|4\.1\.8|5\.7\.27/i;
      verify.ideally.matches(offered.line, reason, {
        demand: 'the refusal of a domain that does not exist says so',
        expected: 'a word about the domain or the DNS',
      });
    });
  },
);
