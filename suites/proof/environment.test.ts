import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoopbackLab, startLoopbackLab } from '../../harness/lab/loopback.ts';
import type { LabAccess } from '../../harness/model/lab-access.ts';
import {
  type EnvironmentKind,
  type EnvironmentPeer,
  startEnvironment,
} from '../../harness/reference/environment.ts';
import { CHECKS, explained, resultAgainst } from './proof.ts';

/** How long a check waits for mail that these peers never send, in milliseconds. */
const OUTBOUND_MS = 500;

const KINDS: readonly EnvironmentKind[] = [
  'refused',
  'silent',
  'closes-after-greeting',
  'only-421',
  'resets-on-connect',
  'slow-drip',
  'garbage',
  'tls-abort',
];

/** Checks whose whole evidence comes before TLS; the peer `tls-abort` is well-behaved until then. */
const BEFORE_TLS = [
  ...['PTA-003', 'PTA-004', 'PTA-005', 'PTA-006', 'PTA-008', 'PTA-009', 'PTA-010', 'PTA-012', 'PTA-013'],
  ...[
    'PTA-014',
    'PTA-015',
    'STLS-001',
    'STLS-006',
    'STLS-014',
    'STLS-017',
    'STLS-018',
    'STLS-019',
    'STLS-026',
    'SUB-001',
  ],
  ...[
    'RLY-001',
    'RLY-002',
    'RLY-003',
    'RLY-004',
    'RLY-005',
    'RLY-006',
    'RLY-007',
    'RLY-008',
    'RLY-009',
    'RLY-010',
  ],
  'SMTP-006',
  ...['RLY-014', 'RLY-015', 'RLY-016', 'RLY-017', 'RLY-019', 'RLY-020', 'RLY-021', 'RLY-022'],
];

/**
 * Where an environment really shows what the check looks for. Everything else must stay open: a dead
 * or babbling peer is neither good nor bad.
 */
const SHOWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  refused: {
    'SUB-001': 'fail: a declared submission port that refuses connections is what the check is about',
  },
  'closes-after-greeting': {
    'PTA-014': 'pass: the greeting is all that the check looks at',
  },
  'tls-abort': {
    ...Object.fromEntries(BEFORE_TLS.map((id) => [id, 'pass: what the check looks at comes before TLS'])),
    'STLS-002': 'warn: the handshake on 465 fails, which the check counts as no TLS there',
    'STLS-005': 'fail: a handshake that fails is what the check is about',
    'ITLS-017': 'warn: the DNS is what the check looks at, and this peer has no records there',
    'TPOL-019': 'warn: the DNS is what the check looks at, and this peer has no records there',
    'TPOL-020': 'warn: the DNS is what the check looks at, and this peer has no records there',
    'SPF-023': 'fail: the DNS is what the check looks at, and this peer has no records there',
    'SPF-024': 'fail: the DNS is what the check looks at, and this peer has no records there',
    'SMTP-034': 'pass: the DNS is what the check looks at, and its host has an address there',
    'DMARC-016': 'fail: the DNS is what the check looks at, and this peer has no records there',
  },
};

for (const kind of KINDS) {
  describe.concurrent(`against a peer that is ${kind}`, () => {
    let peer: EnvironmentPeer;
    let lab: LoopbackLab;
    let access: LabAccess;
    beforeAll(async () => {
      peer = await startEnvironment(kind);
      lab = await startLoopbackLab();
      access = await lab.admit({ ...peer.target, outboundMs: OUTBOUND_MS });
    });
    afterAll(async () => {
      await peer.close();
      await lab.close();
    });

    for (const check of CHECKS) {
      const { id } = check.definition;
      const shown = SHOWN[kind]?.[id];
      test(`${id} ${shown ?? 'stays open'}`, async () => {
        const result = await resultAgainst(check, peer.target, access);
        const allowed = shown ? [shown.slice(0, shown.indexOf(':'))] : ['inconclusive', 'not-applicable'];
        expect(allowed, explained(result)).toContain(result.verdict);
      });
    }
  });
}
