import { expect, test } from 'vitest';
import { diagnose, type KnownFault } from './diagnosis.ts';
import type { CheckId, Severity, Verdict } from './vocabulary.ts';

const RELAY: KnownFault = {
  name: 'relays-for-everybody',
  text: 'mx relays for everybody.',
  signature: { 'RLY-001': 'fail', 'RLY-002': 'fail', 'RLY-003': 'fail', 'PBS-001': 'fail' },
};
const NULL_SENDER: KnownFault = {
  name: 'relays-null-sender',
  text: 'mx relays for the null sender.',
  signature: { 'RLY-002': 'fail' },
};
const SENDER: KnownFault = {
  name: 'relays-for-some',
  text: 'mx relays for some.',
  signature: { 'RLY-001': 'fail', 'RLY-002': 'fail' },
};
const NO_TLS: KnownFault = {
  name: 'no-starttls',
  text: 'EHLO does not list STARTTLS.',
  signature: { 'STLS-001': 'fail', 'TPOL-019': 'warn', 'STLS-008': 'not-applicable' },
};
const FAULTS = [NULL_SENDER, SENDER, RELAY, NO_TLS];

function results(verdicts: Readonly<Record<string, Verdict>>, severity: Severity = 'high') {
  return Object.entries(verdicts).map(([check, verdict]) => ({
    check: check as CheckId,
    verdict,
    severity,
    consequence: 'finding' as const,
  }));
}

const relayed = { 'RLY-001': 'fail', 'RLY-002': 'fail', 'RLY-003': 'fail', 'PBS-001': 'fail' } as const;

test('the one mistake that explains everything is the cause', () => {
  expect(diagnose(results(relayed), FAULTS)).toEqual([
    {
      faults: [{ name: 'relays-for-everybody', text: 'mx relays for everybody.' }],
      severity: 'high',
      explains: ['RLY-001', 'RLY-002', 'RLY-003', 'PBS-001'],
      doesNotFit: [],
    },
  ]);
});

test('what would have to be found and passes is named, and too much of it is no cause', () => {
  const [cause] = diagnose(results({ ...relayed, 'PBS-001': 'pass' }), [RELAY]);
  expect(cause).toMatchObject({ faults: [{ name: 'relays-for-everybody' }], doesNotFit: ['PBS-001'] });
  expect(diagnose(results({ ...relayed, 'PBS-001': 'pass', 'RLY-003': 'pass' }), [RELAY])).toEqual([]);
});

test('what decided nothing speaks neither for nor against a cause, unless it is the larger part', () => {
  const some = { ...relayed, 'PBS-001': 'inconclusive', 'RLY-003': 'not-applicable' } as const;
  const [cause] = diagnose(results(some), [RELAY]);
  expect(cause).toMatchObject({ explains: ['RLY-001', 'RLY-002'], doesNotFit: [] });
  const most: KnownFault = {
    ...RELAY,
    signature: { ...RELAY.signature, 'SUB-002': 'fail', 'SUB-003': 'fail' },
  };
  expect(diagnose(results({ ...some, 'SUB-002': 'inconclusive', 'SUB-003': 'error' }), [most])).toEqual([]);
});

test('of two mistakes the gravest comes first, and a finding is explained once', () => {
  const both = [...results({ 'STLS-001': 'fail', 'TPOL-019': 'warn' }, 'critical'), ...results(relayed)];
  expect(diagnose(both, FAULTS).map(({ faults }) => faults[0]?.name)).toEqual([
    'no-starttls',
    'relays-for-everybody',
  ]);
});

test('a single finding says more than a cause would', () => {
  expect(diagnose(results({ 'RLY-002': 'fail', 'ITLS-003': 'fail' }), FAULTS)).toEqual([]);
});

test('mistakes that nothing here tells apart are named together', () => {
  const twin: KnownFault = { ...RELAY, name: 'relays-in-another-way' };
  const [cause] = diagnose(results(relayed), [RELAY, twin]);
  expect(cause?.faults.map(({ name }) => name)).toEqual(['relays-for-everybody', 'relays-in-another-way']);
});
