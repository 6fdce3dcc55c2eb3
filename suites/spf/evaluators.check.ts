import { check } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt, wordsOf } from './attempt.ts';
import { assertEvaluates } from './controls.ts';
import { evaluatorsOf, nameOf } from './expectation.ts';
import { SPF_CHECK } from './spf-check.ts';
import { clientAddress, ELSEWHERE } from './world.ts';

export const evaluatorsAgree = check(
  {
    ...SPF_CHECK,
    id: 'SPF-026',
    slug: 'evaluators-agree',
    title: 'Everything that evaluates SPF comes to one result',
    sends:
      'messages from domains whose policies permit, forbid, doubt or leave open the client, or are broken',
    demands: 'where several results are recorded for a message, they are the same',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc8601#2.7.2', 'rfc7208#2.6', 'rfc7208#9'],
    waits: deliveries(5),
    kills: ['spf-evaluators-disagree'],
    limits: ['What evaluates SPF and records nothing is not seen.'],
  },
  async (services) => {
    const { variant, notApplicable, inconclusive } = services;
    assertEvaluates(services);
    const policies = {
      pass: `v=spf1 ip4:${clientAddress(services)} -all`,
      fail: `v=spf1 ip4:${ELSEWHERE} -all`,
      softfail: `v=spf1 ip4:${ELSEWHERE} ~all`,
      neutral: `v=spf1 ip4:${ELSEWHERE} ?all`,
      permerror: 'v=spf1 ip4:nowhere -all',
    };
    for (const [name, zone] of Object.entries(policies))
      await variant(name, async (verify) => {
        const outcome = await attempt(services, { label: name, zone });
        const { results, offered } = outcome;
        if (offered.disposition !== 'accepted')
          inconclusive('precondition', `The message is not accepted: ${offered.line}`);
        const evaluators = evaluatorsOf(outcome);
        if (evaluators.length < 2)
          notApplicable(
            'At most one evaluator records results.',
            results.map(wordsOf).join(', ') || 'no result',
          );
        verify.that(new Set(results.map(({ result }) => nameOf(result))).size === 1, {
          demand: `the results for a policy that means ${name} are the same`,
          expected: 'one result',
          actual: results.map(wordsOf).join(', '),
        });
      });
  },
);
