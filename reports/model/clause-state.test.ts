import { expect, test } from 'vitest';
import { postfixRun } from '../fixtures/postfix.ts';
import { clauseState } from './clause-state.ts';
import type { ClauseRecord } from './record.ts';
import type { CheckId, Verdict } from './vocabulary.ts';

const [SAMPLE] = postfixRun().targets[0]?.results ?? [];

/** The state of a clause whose requirements ended like this; null: not selected. */
function stateOf(verdicts: readonly (Verdict | null)[]) {
  const codes = verdicts.map((_, index): CheckId => `STLS-00${index}`);
  const clause: ClauseRecord = { id: 'A', title: null, level: 'MUST', checks: codes, whyNot: null };
  const results = codes.flatMap((check, index) => {
    const verdict = verdicts[index];
    return SAMPLE && verdict ? [{ ...SAMPLE, check, verdict }] : [];
  });
  return clauseState(clause, { results });
}

test.each([
  ['met', ['pass']],
  ['met', ['pass', 'not-applicable']],
  ['not-met', ['pass', 'fail']],
  ['not-met', ['pass', 'warn']],
  ['not-met', ['inconclusive', 'fail', null]],
  ['undecided', ['pass', 'inconclusive']],
  ['undecided', ['pass', 'error']],
  ['undecided', ['pass', 'not-run']],
  ['undecided', ['pass', null]],
  ['undecided', [null]],
  ['undecided', ['not-applicable', null]],
  ['not-applicable', ['not-applicable', 'not-applicable']],
  ['undecidable', []],
] as const)('%s: %j', (state, verdicts) => {
  expect(stateOf(verdicts)).toBe(state);
});
