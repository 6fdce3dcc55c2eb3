import { expect, test } from 'vitest';
import type { TargetRecord } from './record.ts';
import { silenceLine } from './silence.ts';

interface Seen {
  readonly check: string;
  readonly second: number;
  /** The target said something. */
  readonly says?: boolean;
  readonly alive?: boolean;
}

function target(...seen: readonly Seen[]): TargetRecord {
  const results = seen.map(({ check, second, says = false, alive }) => ({
    check,
    transcript: says ? [{ who: 'server' }] : [],
    startedAt: new Date(Date.UTC(2026, 10, 29, 1, 32, second)).toISOString(),
    durationMs: 500,
    control: alive === undefined ? null : { alive, text: '' },
  }));
  return { results } as unknown as TargetRecord;
}

test('the check after which nothing answered any more is named, with the time', () => {
  const died = target(
    { check: 'ITLS-001', second: 3, says: true },
    { check: 'ITLS-007', second: 20, alive: false },
    { check: 'ITLS-006', second: 15, alive: false },
  );
  expect(silenceLine(died)).toBe('No answer since ITLS-006, 2026-11-29 01:32:15 UTC.');
});

test('a target that answers again, or always did, is not silent', () => {
  const again = target(
    { check: 'ITLS-006', second: 15, alive: false },
    { check: 'X', second: 17, says: true },
  );
  expect(silenceLine(again)).toBeNull();
  expect(silenceLine(target({ check: 'ITLS-006', second: 15, alive: true }))).toBeNull();
});

test('a target that never answered is told so', () => {
  expect(silenceLine(target({ check: 'PTA-001', second: 15, alive: false }))).toBe('It never answered.');
});
