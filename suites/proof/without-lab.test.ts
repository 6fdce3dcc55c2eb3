import { describe, expect, test } from 'vitest';
import type { Check } from '../../harness/check/define.ts';
import { needsLab } from '../../harness/check/needs-lab.ts';
import { createBench } from '../../harness/engine/create-bench.ts';
import { evaluate } from '../../harness/engine/evaluate.ts';
import type { FaultName } from '../../harness/model/faults.ts';
import type { CheckResult } from '../../harness/model/result.ts';
import type { Target } from '../../harness/model/target.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import type { ReferenceLife } from '../../harness/reference/server.ts';
import { lacksPublicDns } from '../../harness/runner/public-dns.ts';
import { CHECKS, explained, resultAgainst } from './proof.ts';
import { sideBySide } from './whole-catalogue.ts';

/** As many as a host is given. */
const CONNECTIONS = 4;

/** A reference server as a host: it has an Internet of its own, and whoever audits has none. */
async function withHost<Got>(
  options: {
    readonly faults?: readonly FaultName[];
    readonly life?: ReferenceLife;
    readonly auditedFrom?: Target['auditedFrom'];
  },
  work: (target: Target) => Promise<Got>,
): Promise<Got> {
  const { faults = [], life = {}, auditedFrom } = options;
  const { server, close } = await startReferenceInLab({ faults, life });
  try {
    return await work({
      ...server.target,
      driver: 'host',
      connections: CONNECTIONS,
      ...(auditedFrom ? { auditedFrom } : {}),
    });
  } finally {
    await close();
  }
}

/** Checks of records want a resolver besides, which harness/runner/host-records.test.ts gives them. */
const decided = CHECKS.filter(
  ({ definition }) =>
    !needsLab(definition) && lacksPublicDns(definition, { driver: 'host', settings: {} }) === null,
);

function checkOf(code: string): Check {
  const found = decided.find(({ definition }) => definition.id === code);
  if (!found) throw new Error(`${code} decides nothing without a lab.`);
  return found;
}

test('what does not need a lab by its definition calls for none, and a good server has nothing open', async () => {
  const results = await withHost({}, async (target) => {
    const bench = createBench({ target, lab: null, runId: 'without-lab', evidenceFolder: null });
    const all: CheckResult[] = [];
    await sideBySide(decided, bench, async (check, at) => void all.push(await evaluate(check, at)));
    await bench.close();
    return all;
  });
  const bad = results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable');
  expect(bad.map(explained)).toEqual([]);
  const open = results.flatMap(({ check, variants }) =>
    variants.filter(({ verdict }) => verdict === 'inconclusive').map(({ reason }) => `${check}: ${reason}`),
  );
  expect(open).toEqual([]);
  // Half of the catalogue is about mail that comes, or goes, elsewhere.
  expect(results.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(165);
}, 300_000);

/** Faults that are told without a lab, by a finding where nothing else stands there. */
const FOUND: readonly (readonly [string, FaultName, 'warn'?])[] = [
  ['RLY-001', 'mx-relays-for-everybody'],
  ['RLY-002', 'mx-relays-null-sender'],
  ['RLY-003', 'mx-relays-local-sender'],
  ['RLY-005', 'mx-relays-percent-hack'],
  ['RLY-006', 'mx-relays-source-route'],
  ['RLY-008', 'mx-relays-quoted-local-part'],
  ['RLY-009', 'mx-relays-address-literal'],
  ['RLY-010', 'mx-relays-by-hello-name'],
  ['RLY-011', 'submission-relays-unauthenticated-mail'],
  ['RLY-012', 'failed-login-grants-relay'],
  ['RLY-014', 'mx-relays-subdomains'],
  ['RLY-016', 'mx-refuses-relay-for-now', 'warn'],
  ['RLY-017', 'mx-relays-after-local-recipient'],
  ['RLY-019', 'mx-refuses-null-sender'],
  ['RLY-020', 'mx-trusts-xclient'],
  ['RLY-022', 'mx-relays-by-suffix'],
  ['MSG-001', 'message-gets-footer'],
  ['MSG-002', 'message-loses-trailing-space'],
  ['MSG-010', 'message-fields-unfolded'],
  ['MSG-013', 'received-names-all-recipients'],
  ['MSG-017', 'message-subject-tagged'],
  ['MSG-020', 'bdat-removes-dots'],
  ['SMTP-021', 'smtp-received-omits-client'],
  ['SMTP-021', 'delivery-trusts-return-path'],
  ['SUB-002', 'submission-relays-unauthenticated-mail'],
  ['SUB-015', 'submission-received-denies-auth'],
  ['SUB-016', 'submission-sends-as-other-user'],
  ['SUB-019', 'submission-adds-no-date', 'warn'],
  ['SUB-021', 'submissions-relays-unauthenticated-mail'],
];

describe('a host that is audited from outside', () => {
  const found = FOUND.map(([code, fault, verdict = 'fail']) => ({ code, fault, verdict }));
  test.each(found)('$code tells $fault', async ({ code, fault, verdict }) => {
    const result = await withHost({ faults: [fault], auditedFrom: 'outside' }, (target) =>
      resultAgainst(checkOf(code), target),
    );
    expect(result.verdict, explained(result)).toBe(verdict);
  });

  test('what RCPT takes is told as that, and not as a delivery', async () => {
    const result = await withHost({ faults: ['mx-relays-for-everybody'], auditedFrom: 'outside' }, (target) =>
      resultAgainst(checkOf('RLY-001'), target),
    );
    expect(result.reason).toContain('taken at RCPT, delivery not observed');
  });
});

describe('a host that may trust the client', () => {
  test.each([
    [undefined, /either anybody may send through this server, or it trusts this address/],
    ['inside', /trusts the address of this machine, as declared/],
  ] as const)('audited from %s, is not called a relay for that', async (auditedFrom, why) => {
    for (const code of ['RLY-001', 'RLY-003', 'RLY-017']) {
      const result = await withHost(
        { faults: ['mx-relays-for-everybody'], ...(auditedFrom ? { auditedFrom } : {}) },
        (target) => resultAgainst(checkOf(code), target),
      );
      expect([result.verdict, result.cause], explained(result)).toEqual(['inconclusive', 'environment']);
      expect(result.reason).toMatch(why);
    }
  });

  test('is called one where a form leads past the refusal of everybody else', async () => {
    const result = await withHost({ faults: ['mx-relays-percent-hack'] }, (target) =>
      resultAgainst(checkOf('RLY-005'), target),
    );
    expect(result.verdict, explained(result)).toBe('fail');
  });
});

test('a server that takes every local name says nothing about a roundabout recipient', async () => {
  const result = await withHost({ faults: ['mx-drops-unknown-users'], auditedFrom: 'outside' }, (target) =>
    resultAgainst(checkOf('RLY-005'), target),
  );
  expect(result.verdict, explained(result)).toBe('inconclusive');
  expect(result.reason).toContain('only a lab sees whether it goes elsewhere');
});

test.each(['RLY-001', 'RLY-005', 'RLY-016', 'SMTP-012', 'SMTP-020', 'SMTP-021', 'MSG-001', 'MSG-012'])(
  '%s passes on a server that takes no sender of a domain that does not exist',
  async (code) => {
    const result = await withHost({ life: { refusesSenders: ['forged-'] } }, (target) =>
      resultAgainst(checkOf(code), target),
    );
    expect(result.verdict, explained(result)).toBe('pass');
  },
);
