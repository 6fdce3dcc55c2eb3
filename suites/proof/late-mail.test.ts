import { expect, test } from 'vitest';
import { CHECKS, explained, resultOn } from './proof.ts';

const check = CHECKS.find(({ definition }) => definition.id === 'TPOL-007');
/** Longer than it takes to give a message up after a marker, and shorter than the time for a delivery. */
const LATE = { domains: 'stranger', ms: 3_700 };

test('forbidden mail that comes after its marker turns the verdict', async () => {
  if (!check) throw new Error('TPOL-007 is not there.');
  const result = await resultOn(check, {
    faults: ['dane-skips-name-below-trust-anchor'],
    life: { slowTo: LATE },
  });
  expect(result.verdict, explained(result)).toBe('fail');
  expect(result.reason).toContain('Asked again, since mail came that was given up');
});

test('mail that may come late and does not is no reason to ask again', async () => {
  if (!check) throw new Error('TPOL-007 is not there.');
  const result = await resultOn(check, { life: { slowTo: LATE } });
  expect(result.verdict, explained(result)).toBe('pass');
  expect(result.reason).not.toContain('Asked again');
});
