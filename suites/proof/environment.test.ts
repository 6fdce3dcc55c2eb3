import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type EnvironmentKind,
  type EnvironmentPeer,
  startEnvironment,
} from '../../harness/reference/environment.ts';
import { CHECKS, explained, resultAgainst } from './proof.ts';

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

/**
 * Where an environment really shows what the check looks for. Everything else must stay open: a dead
 * or babbling peer is neither good nor bad.
 */
const SHOWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  refused: {
    'SUB-001': 'fail: a declared submission port that refuses connections is what the check is about',
    'STLS-002': 'fail: the same for both ways into TLS',
  },
};

for (const kind of KINDS) {
  describe.concurrent(`against a peer that is ${kind}`, () => {
    let peer: EnvironmentPeer;
    beforeAll(async () => {
      peer = await startEnvironment(kind);
    });
    afterAll(() => peer.close());

    for (const check of CHECKS) {
      const { id } = check.definition;
      const shown = SHOWN[kind]?.[id];
      test(`${id} ${shown ?? 'stays open'}`, async () => {
        const result = await resultAgainst(check, peer.target);
        const allowed = shown ? [shown.slice(0, shown.indexOf(':'))] : ['inconclusive', 'not-applicable'];
        expect(allowed, explained(result)).toContain(result.verdict);
      });
    }
  });
}
