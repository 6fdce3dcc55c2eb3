import { expect, test } from 'vitest';
import { brokenDemands } from './broken-demands.ts';
import { diagnose, type KnownEffect, type KnownFault } from './diagnosis.ts';
import type { CheckId, Severity, VariantResult, Verdict } from './vocabulary.ts';

/** What a mistake does to checks, where each breaks one demand. */
function effects(verdicts: Readonly<Record<string, Verdict>>): Record<string, KnownEffect> {
  return Object.fromEntries(
    Object.entries(verdicts).map(([code, verdict]) => [
      code,
      { verdict, demands: brokenDemands({ variants: [variantBreaking(`demand of ${code}`)] }) },
    ]),
  );
}

const RELAY: KnownFault = {
  name: 'relays-for-everybody',
  text: 'mx relays for everybody.',
  signature: effects({
    'RLY-001': 'fail',
    'RLY-002': 'fail',
    'RLY-003': 'fail',
    'RLY-004': 'fail',
    'PBS-001': 'fail',
  }),
};
const NULL_SENDER: KnownFault = {
  name: 'relays-null-sender',
  text: 'mx relays for the null sender.',
  signature: effects({ 'RLY-002': 'fail' }),
};
const SENDER: KnownFault = {
  name: 'relays-for-some',
  text: 'mx relays for some.',
  signature: effects({ 'RLY-001': 'fail', 'RLY-002': 'fail' }),
};
const NO_TLS: KnownFault = {
  name: 'no-starttls',
  text: 'EHLO does not list STARTTLS.',
  signature: effects({ 'STLS-001': 'fail', 'TPOL-019': 'warn', 'STLS-008': 'not-applicable' }),
};
const FAULTS = [NULL_SENDER, SENDER, RELAY, NO_TLS];

function results(verdicts: Readonly<Record<string, Verdict>>, severity: Severity = 'high') {
  return Object.entries(verdicts).map(([check, verdict]) => ({
    check: check as CheckId,
    verdict,
    severity,
    consequence: 'finding' as const,
    variants: [variantBreaking(`demand of ${check}`)],
  }));
}

function variantBreaking(demand: string): VariantResult {
  const broken = { demand, expected: '', actual: '', held: false, strict: true, at: 0 };
  return {
    name: 'mx',
    role: 'mx',
    verdict: 'fail',
    cause: null,
    reason: '',
    violations: [broken],
    deviations: [],
    verified: 1,
  };
}

const relayed = {
  'RLY-001': 'fail',
  'RLY-002': 'fail',
  'RLY-003': 'fail',
  'RLY-004': 'fail',
  'PBS-001': 'fail',
} as const;

test('the one mistake that explains everything is the cause', () => {
  expect(diagnose(results(relayed), FAULTS)).toEqual([
    {
      faults: [{ name: 'relays-for-everybody', text: 'mx relays for everybody.' }],
      severity: 'high',
      explains: ['RLY-001', 'RLY-002', 'RLY-003', 'RLY-004', 'PBS-001'],
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
  expect(cause).toMatchObject({ explains: ['RLY-001', 'RLY-002', 'RLY-004'], doesNotFit: [] });
  const most: KnownFault = {
    ...RELAY,
    signature: effects({ ...RELAY.signature, 'SUB-002': 'fail', 'SUB-003': 'fail' }),
  };
  expect(
    diagnose(results({ ...some, 'SUB-002': 'inconclusive', 'SUB-003': 'error', 'SUB-005': 'error' }), [most]),
  ).toEqual([]);
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

test('a check that fails by another demand speaks of another mistake', () => {
  const [first, ...others] = results(relayed);
  if (!first) throw new Error('There is no result.');
  const otherwise = { ...first, variants: [variantBreaking('something else')] };
  expect(diagnose([otherwise, ...others], [RELAY])[0]?.explains).not.toContain('RLY-001');
});

test('what differs from run to run does not tell demands apart', () => {
  const seen = variantBreaking('203.0.113.7:2525 may not send after 450 ms as probe-0123456789abcdef');
  const again = variantBreaking('198.51.100.9:25 may not send after 12 ms as probe-fedcba9876543210');
  expect(brokenDemands({ variants: [seen] })).toEqual(brokenDemands({ variants: [again] }));
});

test('what follows from a finding has its cause, and is no cause of its own', () => {
  const found = results({ ...relayed, 'RLY-005': 'fail', 'RLY-006': 'pass', 'SUB-001': 'fail' });
  const [cause, ...others] = diagnose(found, [RELAY], { 'RLY-001': ['RLY-005', 'RLY-006'] });
  expect(cause?.explains).toEqual([...Object.keys(relayed), 'RLY-005']);
  expect(others).toEqual([]);
});

test('a cause of deviations alone is no grave one', () => {
  const [cause] = diagnose(results({ 'STLS-001': 'warn', 'TPOL-019': 'warn' }, 'critical'), [NO_TLS]);
  expect(cause?.severity).toBe('info');
});
