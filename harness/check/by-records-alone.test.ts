import { expect, test } from 'vitest';
import { checkOf } from '../engine/testing/definition.ts';
import { mailLeaves } from '../steps/controls/mail-leaves.ts';
import { byRecordsAlone } from './by-records-alone.ts';

test('without a lab a check that says so stands on no control, sends nothing, and needs records alone', () => {
  const check = checkOf(async () => {}, {
    safety: 'sends-mail',
    effect: 'delivers',
    needs: ['account', 'records', 'sink'],
    buildsOn: [mailLeaves],
    waits: () => 1_000,
    byRecordsAlone: { safety: 'safe', effect: 'reads', roles: ['mx'] },
  });
  const { definition, body } = byRecordsAlone(check);
  expect(definition).toMatchObject({ safety: 'safe', effect: 'reads', roles: ['mx'], needs: ['records'] });
  expect(definition.id).toBe(check.definition.id);
  expect([definition.buildsOn, definition.considers, definition.waits]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(body).toBe(check.body);
});

test('every other check stays as it is', () => {
  const check = checkOf(async () => {}, { buildsOn: [mailLeaves] });
  expect(byRecordsAlone(check)).toBe(check);
});
