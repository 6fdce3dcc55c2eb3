import { expect, test } from 'vitest';
import { labLine } from './lab-line.ts';

const lab = { check: 'RLY-013', why: 'needs a lab, and the target has none', reason: 'lab' } as const;
const other = { check: 'RLY-001', why: 'excluded by --only or --skip', reason: 'selection' } as const;

test.each([
  ['nothing', [], null],
  ['another reason', [other], null],
  ['one check', [lab, other], '1 check was not asked: it needs a lab around the target, which has none.'],
  ['several', [lab, lab], '2 checks were not asked: they need a lab around the target, which has none.'],
])('the line about %s', (_, notSelected, line) => {
  expect(labLine({ notSelected })).toBe(line);
});
