import { expect, test } from 'vitest';
import type { GatedResult } from './record.ts';
import { type Bar, criticalPath } from './timeline.ts';

function bar(name: string, asked: number, start: number, end: number, more: Partial<Bar> = {}): Bar {
  const times = { queuedMs: start - asked, workedMs: end - start, waitedMs: 0 };
  // The path looks only whether there is a result: controls have none.
  const result = {} as GatedResult;
  return { name, result, asked, start, end, ...times, queuedFor: null, holds: [], ...more };
}

const namesOf = (bars: readonly Bar[]) =>
  criticalPath(bars).map(({ bar: { name }, after }) => (after === null ? name : `${name} (${after})`));

test('leads from the last that ended to who held what it queued for', () => {
  expect(
    namesOf([
      bar('SMTP-001', 0, 0, 900, { holds: ['maildrop'] }),
      bar('SMTP-002', 0, 0, 950),
      bar('SMTP-003', 0, 905, 2_000, { queuedFor: 'maildrop', holds: ['maildrop'] }),
    ]),
  ).toEqual(['SMTP-001', 'SMTP-003 (maildrop)']);
});

test('leads to the control that was waited for', () => {
  expect(
    namesOf([
      bar('mail-leaves', 0, 0, 3_000, { result: null }),
      bar('SPF-001', 0, 3_010, 4_000, { queuedFor: 'control mail-leaves' }),
      bar('SPF-002', 0, 0, 3_020),
    ]),
  ).toEqual(['mail-leaves', 'SPF-001 (control mail-leaves)']);
});

test('leads from group to group, and ends at what waited for nobody', () => {
  expect(
    namesOf([
      bar('STLS-001', 0, 0, 500),
      bar('STLS-002', 0, 0, 800),
      bar('SUB-020', 810, 810, 1_000),
      bar('SMTP-010', 1_005, 1_005, 1_100),
    ]),
  ).toEqual(['STLS-002', 'SUB-020', 'SMTP-010']);
  expect(namesOf([])).toEqual([]);
});
