import { check } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { type Attempt, attemptOnce } from './attempt.ts';
import { assertEvaluates } from './controls.ts';
import { expectResult } from './expectation.ts';
import { SPF_CHECK } from './spf-check.ts';
import { ELSEWHERE, txt } from './world.ts';

/** Longest time that checking SPF ought to take, in milliseconds (RFC 7208 §4.6.4 asks for 20 s at least). */
const PATIENCE = 60_000;

export const dnsFailureIsTemporary = check(
  {
    ...SPF_CHECK,
    id: 'SPF-014',
    slug: 'dns-failure-is-temperror',
    title: 'A failure of the DNS yields temperror, and at most a 4yz reply',
    sends:
      'messages from domains whose policy is answered with SERVFAIL, is never answered, or includes one that is answered with SERVFAIL',
    demands: 'temperror is recorded, or a 4yz reply, within a minute',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc7208#4.4', 'rfc7208#2.6.6', 'rfc7208#8.6', 'rfc7208#4.6.4', 'rfc7208#5.2', 'rfc2505#2.13'],
    waits: (target) => deliveries(3)(target) + 3 * PATIENCE,
    kills: ['spf-servfail-as-none', 'spf-refuses-temperror'],
  },
  async (services) => {
    const { variant, lab } = services;
    assertEvaluates(services);
    const timed = async (name: string, try_: () => Promise<Attempt>) =>
      variant(name, async (verify) => {
        const begun = performance.now();
        const outcome = await try_();
        await expectResult(services, verify, outcome, 'temperror');
        const seconds = Math.round((performance.now() - begun) / 1_000);
        verify.ideally.that(seconds * 1_000 <= PATIENCE, {
          demand: 'the failure is noticed in time',
          expected: 'a reply within 60 s',
          actual: `${seconds} s`,
        });
      });
    const failing = (label: string, effect: 'servfail' | 'drop') => async () => {
      await lab().dns.fault({ name: lab().domain(label), type: 'TXT', effect });
      return attemptOnce(services, { label, zone: 'v=spf1 -all' });
    };
    await timed('the policy is answered with SERVFAIL', failing('servfail', 'servfail'));
    await timed('an included policy is answered with SERVFAIL', async () => {
      const label = 'include-servfail';
      await lab().dns.fault({ name: `broken.${lab().domain(label)}`, type: 'TXT', effect: 'servfail' });
      return attemptOnce(services, {
        label,
        zone: (domain) => [
          txt(domain, `v=spf1 include:broken.${domain} ip4:${ELSEWHERE} -all`),
          txt(`broken.${domain}`, 'v=spf1 -all'),
        ],
      });
    });
    await timed('the policy is never answered', failing('unanswered', 'drop'));
  },
);
