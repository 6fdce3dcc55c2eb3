import { expect, test } from 'vitest';
import { mattersOf } from './matters.ts';
import type { TargetRecord } from './record.ts';

const results = [
  { check: 'SMTP-001', severity: 'low', consequence: 'finding' },
  { check: 'STLS-001', severity: 'high', consequence: 'finding' },
  { check: 'RLY-001', severity: 'critical', consequence: 'finding' },
  { check: 'RLY-002', severity: 'high', consequence: 'finding' },
  { check: 'ITLS-012', severity: 'critical', consequence: 'advice' },
  { check: 'IMAP-009', severity: 'critical', consequence: 'finding' },
];
const relay = {
  faults: [{ name: 'relays', text: 'It relays.' }],
  severity: 'critical',
  explains: ['RLY-001', 'RLY-002'],
  doesNotFit: [],
};

test('the gravest stands first, and of equals what explains most', () => {
  const target = { results, causes: [relay] } as unknown as TargetRecord;
  const seen = mattersOf(target).map(({ cause, findings }) => [
    cause === null ? null : 'cause',
    ...findings.map(({ check }) => check),
  ]);
  expect(seen).toEqual([
    ['cause', 'RLY-001', 'RLY-002'],
    [null, 'IMAP-009'],
    [null, 'STLS-001'],
    [null, 'SMTP-001'],
  ]);
});
