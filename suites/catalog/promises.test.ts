import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadChecks } from '../../harness/engine/load.ts';
import { claimsOf } from '../../harness/model/claims.ts';
import { isPromised, PROMISE_NAMES } from '../../harness/model/promises.ts';
import { planTarget } from '../../harness/runner/plan.ts';
import { loadProfile, profileNames } from '../../harness/runner/profile.ts';
import { loadTargets } from '../../harness/targets/load.ts';
import { selectTargets } from '../../harness/targets/select.ts';

const CHECKS = await loadChecks(fileURLToPath(new URL('..', import.meta.url)));
const PROFILES = fileURLToPath(new URL('profiles', import.meta.url));
const TARGET = { name: 'mail', permissions: ['safe', 'sends-mail', 'intrusive'] } as const;

test('every promise of an operator is upheld by a check', () => {
  const upheld = new Set(CHECKS.flatMap(({ definition }) => definition.upholds ?? []));
  expect([...upheld].sort()).toEqual([...PROMISE_NAMES].sort());
});

test('nothing is promised where nothing is claimed', () => {
  const claims = claimsOf({});
  expect(PROMISE_NAMES.filter((name) => isPromised(name, claims))).toEqual([]);
});

test('who claims to evaluate and does not fails in every profile; without the claim the profile decides', async () => {
  const codes = ['SPF-001', 'DKIM-001', 'DMARC-001'];
  for (const name of await profileNames(PROFILES)) {
    const profile = await loadProfile(PROFILES, name);
    const gatesFor = (claims: Parameters<typeof claimsOf>[0]) => {
      const target = { ...TARGET, settings: { claims: claimsOf(claims) } };
      const { selected } = planTarget(CHECKS, target, profile, { only: codes, skip: [] });
      return Object.fromEntries(selected.map(({ facts, gate }) => [facts.check, gate]));
    };
    const claimed = gatesFor({ 'inbound-authentication': { spf: 'reject', dkim: 'mark', dmarc: 'reject' } });
    expect(claimed, name).toEqual({ 'SPF-001': 'fail', 'DKIM-001': 'fail', 'DMARC-001': 'fail' });
    const inProfile = Object.fromEntries(
      codes.flatMap((code) => (profile.gates[code] ? [[code, profile.gates[code]]] : [])),
    );
    expect(gatesFor({}), name).toEqual(inProfile);
    expect(gatesFor({ 'inbound-authentication': { spf: 'none', dkim: 'none', dmarc: 'none' } })).toEqual(
      inProfile,
    );
  }
});

test('the claims of a targets file are held against what it declares', async () => {
  const declared = await loadTargets(fileURLToPath(new URL('../../targets.yaml', import.meta.url)));
  const [target] = selectTargets(declared, ['postfix-opendmarc-spf-off']);
  if (!target) throw new Error('The target is not declared.');
  const { selected } = planTarget(CHECKS, target, await loadProfile(PROFILES, 'baseline'), {
    only: ['SPF-001'],
    skip: [],
  });
  expect(selected.map(({ gate }) => gate)).toEqual(['fail']);
});
