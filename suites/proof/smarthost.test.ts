import { describe, expect, test } from 'vitest';
import { createBench } from '../../harness/engine/create-bench.ts';
import { evaluate } from '../../harness/engine/evaluate.ts';
import { openBenchLab } from '../../harness/lab/check-lab.ts';
import { claimsOf } from '../../harness/model/claims.ts';
import type { ControlResult } from '../../harness/model/control-result.ts';
import type { SmarthostClaim } from '../../harness/model/smarthost-claim.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import type { FaultName, ReferenceOptions } from '../../harness/reference/server.ts';
import { CHECKS, explained, resultAgainst, resultOn } from './proof.ts';
import { resultsOn } from './whole-catalogue.ts';

const PASSWORD = 'of-the-relay';

function claimOf(given: {
  readonly tls?: SmarthostClaim['tls'];
  readonly login?: boolean;
  readonly port?: number;
}): SmarthostClaim {
  const { smarthost } = claimsOf({ smarthost: given });
  if (!smarthost) throw new Error('A smarthost was to be claimed.');
  return smarthost;
}

/** STARTTLS on the port of submission, and a login. */
const ORDINARY = { claim: claimOf({}), password: PASSWORD };

function named(id: string): (typeof CHECKS)[number] {
  const check = CHECKS.find(({ definition }) => definition.id === id);
  if (!check) throw new Error(`${id} is not there.`);
  return check;
}

test('a server whose mail leaves by a smarthost keeps the verdicts of the whole catalogue, but for what it never sees', async () => {
  const looksAtOwnDelivery = ({ definition: { needs } }: (typeof CHECKS)[number]) =>
    needs.includes('own-delivery');
  const [plain, relayed] = await Promise.all([resultsOn(CHECKS), resultsOn(CHECKS, { smarthost: ORDINARY })]);
  const differences = CHECKS.flatMap((check) => {
    const { id } = check.definition;
    const [without, result] = [plain.get(id), relayed.get(id)];
    if (!without || !result) return [`${id} has no result`];
    const isRight = looksAtOwnDelivery(check)
      ? result.verdict === 'not-applicable' && result.reason.includes('smarthost')
      : result.verdict === without.verdict;
    return isRight ? [] : [`without a smarthost ${without.verdict}; ${explained(result)}`];
  });
  expect(differences).toEqual([]);
  expect(CHECKS.filter(looksAtOwnDelivery).length).toBeGreaterThan(20);
}, 600_000);

describe.concurrent('a smarthost of another kind', () => {
  const ways: readonly (readonly [string, ReferenceOptions['smarthost']])[] = [
    ['without TLS and login', { claim: claimOf({ tls: 'none', login: false }) }],
    ['without TLS, with a login', { claim: claimOf({ tls: 'none' }), password: PASSWORD }],
    ['with STARTTLS, without a login', { claim: claimOf({ login: false }) }],
    ['with TLS from the start', { claim: claimOf({ tls: 'implicit' }), password: PASSWORD }],
  ];
  for (const [kind, smarthost] of ways) {
    test.each<[string, string]>([
      ['RLY-001', 'pass'],
      ['SUB-014', 'pass'],
      ['SMTP-023', 'pass'],
      ['MSG-024', 'pass'],
      ['STLS-020', smarthost?.claim.tls === 'starttls' ? 'pass' : 'not-applicable'],
      ['STLS-027', smarthost?.claim.tls === 'none' ? 'not-applicable' : 'pass'],
    ])(`${kind}: %s is %s`, async (id, verdict) => {
      const result = await resultOn(named(id), smarthost ? { smarthost } : {});
      expect(result.verdict, explained(result)).toBe(verdict);
    });
  }
});

describe.concurrent('what a bad server hands to its smarthost is seen there', () => {
  test.each<[string, FaultName, string]>([
    ['RLY-001', 'mx-relays-for-everybody', 'fail'],
    ['RLY-002', 'mx-relays-null-sender', 'fail'],
    ['RLY-003', 'mx-relays-local-sender', 'fail'],
    ['RLY-005', 'mx-relays-percent-hack', 'fail'],
    ['RLY-006', 'mx-relays-source-route', 'fail'],
    ['RLY-007', 'mx-relays-bang-path', 'fail'],
    ['RLY-008', 'mx-relays-doubled-at', 'fail'],
    ['RLY-009', 'mx-relays-address-literal', 'fail'],
    ['RLY-011', 'submission-relays-unauthenticated-mail', 'fail'],
    ['RLY-012', 'failed-login-grants-relay', 'fail'],
    ['RLY-014', 'mx-relays-as-backup', 'fail'],
    ['RLY-015', 'mx-bounces-unknown-users', 'fail'],
    ['RLY-017', 'mx-relays-after-local-recipient', 'fail'],
    ['PBS-002', 'pop3-login-opens-relay', 'fail'],
    ['SUB-014', 'submission-denies-relay-to-users', 'fail'],
    ['SMTP-016', 'outbound-does-not-stuff-dots', 'fail'],
    ['SMTP-023', 'outbound-reports-nothing', 'fail'],
    ['SMTP-026', 'outbound-takes-451-for-final', 'fail'],
    ['SMTP-026', 'outbound-retries-refusals', 'fail'],
    ['SMTP-033', 'outbound-greets-with-single-label', 'fail'],
    ['MSG-023', 'relay-lowers-local-parts', 'fail'],
    ['MSG-024', 'relay-sends-twice', 'fail'],
  ])('%s finds %s', async (id, fault, verdict) => {
    const result = await resultOn(named(id), { smarthost: ORDINARY, faults: [fault] });
    expect(result.verdict, explained(result)).toBe(verdict);
  });
});

/** The controls of outgoing mail on a target, and one check that builds on them. */
async function controlsOf(options: ReferenceOptions, claim: SmarthostClaim | undefined) {
  const { server, access, close } = await startReferenceInLab(options);
  const controls: ControlResult[] = [];
  try {
    const target = {
      ...server.target,
      claims: { ...server.target.claims, ...(claim ? { smarthost: claim } : {}) },
      timing: { ...server.target.timing, outboundMs: 2_000 },
    };
    const bench = createBench({
      target,
      lab: openBenchLab(access),
      runId: 'proof',
      evidenceFolder: null,
      onControl: (control) => controls.push(control),
    });
    const result = await evaluate(named('SMTP-033'), bench).finally(bench.close);
    return { result, reached: controls.find(({ control }) => control === 'servers-are-reached') };
  } finally {
    await close();
  }
}

describe.concurrent('where nothing comes by the smarthost, the reason is told', () => {
  test('a login that is refused', async () => {
    const { result, reached } = await controlsOf(
      { smarthost: { ...ORDINARY, said: 'another' }, life: { retriesLate: true } },
      undefined,
    );
    expect(result.verdict, explained(result)).toBe('inconclusive');
    expect(reached?.line).toContain('535 to AUTH');
  });

  test('a target that delivers by itself, against its declaration', async () => {
    const { result, reached } = await controlsOf({}, ORDINARY.claim);
    expect(result.verdict, explained(result)).toBe('inconclusive');
    expect(reached?.line).toContain('the declaration is wrong');
  });
});

test('a relay that goes past the smarthost is found all the same', async () => {
  const { server, access, close } = await startReferenceInLab({ faults: ['mx-relays-for-everybody'] });
  try {
    const claims = { ...server.target.claims, smarthost: ORDINARY.claim };
    const result = await resultAgainst(named('RLY-001'), { ...server.target, claims }, access);
    expect(result.verdict, explained(result)).toBe('fail');
  } finally {
    await close();
  }
});
