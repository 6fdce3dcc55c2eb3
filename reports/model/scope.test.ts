import { expect, test } from 'vitest';
import { seeded } from '../../harness/model/seeded.ts';
import { postfixRun } from '../fixtures/postfix.ts';
import { randomRecord } from '../fixtures/random-record.ts';
import type { GatedResult } from './record.ts';
import { leftOutOf } from './scope.ts';

const [target] = postfixRun().targets;
const [sample] = target?.results ?? [];

function reasonFor(given: Partial<GatedResult>): string | undefined {
  if (!target || !sample) throw new Error('The example has no result.');
  return leftOutOf({ ...target, notSelected: [], results: [{ ...sample, ...given }] })[0]?.reason;
}

test.each<[Partial<GatedResult>, string | undefined]>([
  [{ verdict: 'not-applicable', reason: 'mx: The target declares no mx. Observed: no role mx' }, 'role'],
  [{ verdict: 'not-applicable', reason: 'The target has no endpoint of role pop3.' }, 'role'],
  [
    {
      verdict: 'not-applicable',
      reason: 'DMARC is not evaluated, as declared. Observed: claims: inbound-authentication: dmarc: none',
    },
    'claim',
  ],
  [
    {
      verdict: 'not-applicable',
      reason: 'The target does not use DANE. Observed: outgoing-policies.dane is not claimed',
    },
    'claim',
  ],
  [{ verdict: 'inconclusive', reason: 'mx: Target live has no lab, and RLY-001 needs one.' }, 'lab'],
  [{ verdict: 'inconclusive', reason: 'The target declares no account, and SUB-001 needs one.' }, 'account'],
  [{ verdict: 'inconclusive', consequence: 'waived', reason: 'x' }, 'waiver'],
  [{ verdict: 'not-applicable', reason: 'No address is declared that forwards. Observed: x' }, 'claim'],
  [
    { verdict: 'not-applicable', reason: 'POP before SMTP is not offered. Observed: claims without pop' },
    'claim',
  ],
  [{ verdict: 'not-applicable', reason: 'The target declares none of imap, imaps. Observed: x' }, 'role'],
  // What was looked at is in the scope, however it ended.
  [
    { verdict: 'not-applicable', reason: 'mx does not offer STARTTLS. Observed: EHLO keywords SIZE' },
    undefined,
  ],
  [{ verdict: 'inconclusive', reason: 'The server claims: 421 too busy' }, undefined],
  [{ verdict: 'fail', reason: 'The target declares no account' }, undefined],
  [{ verdict: 'pass', reason: 'has no lab' }, undefined],
])('%o is left out because of %s', (given, reason) => {
  expect(reasonFor(given)).toBe(reason);
});

test('what the plan leaves out is told by its reason', () => {
  if (!target) throw new Error('The example has no target.');
  const told = leftOutOf({
    ...target,
    results: [],
    notSelected: [
      { check: 'A', why: 'excluded by --only or --skip' },
      { check: 'B', why: 'not part of the profile baseline' },
      { check: 'C', why: 'needs the permission intrusive, which targets.yaml does not give' },
      { check: 'D', why: 'is about mail servers, and the target is an access network' },
    ],
  });
  expect(told.map(({ reason, checks }) => [reason, ...checks])).toEqual([
    ['permission', 'C'],
    ['selection', 'A'],
    ['profile', 'B'],
    ['kind', 'D'],
  ]);
});

test('a reason that the plan names needs no sentence', () => {
  if (!target) throw new Error('The example has no target.');
  const told = leftOutOf({
    ...target,
    results: [],
    notSelected: [
      { check: 'A', why: 'needs a lab, and the target has none', reason: 'lab' },
      { check: 'B', why: 'in other words', reason: 'permission' },
    ],
  });
  expect(told.map(({ reason, checks }) => [reason, ...checks])).toEqual([
    ['permission', 'B'],
    ['lab', 'A'],
  ]);
});

test('no check is left out twice, and all that were not selected are told', () => {
  for (let seed = 0; seed < 50; seed += 1) {
    for (const one of randomRecord(seeded(seed), () => 'text').targets) {
      const told = leftOutOf(one).flatMap(({ checks }) => checks);
      const waived = one.results.filter(({ consequence }) => consequence === 'waived').length;
      expect(told).toHaveLength(one.notSelected.length + waived);
    }
  }
});
