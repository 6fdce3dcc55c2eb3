import { describe, expect, test } from 'vitest';
import type { Control } from '../../harness/check/control.ts';
import type { Services, StoredMessage } from '../../harness/check/services.ts';
import { createVerify } from '../../harness/engine/verifications.ts';
import { createRecorder } from '../../harness/evidence/recorder.ts';
import type { Verification } from '../../harness/model/verification.ts';
import type { Attempt } from './attempt.ts';
import { expectResult, type Result } from './expectation.ts';

/** How a server answers a message whose policy says `-all`, and whether it writes results down. */
interface Conduct {
  readonly refusesFail: boolean;
  readonly records: boolean;
}

class Open extends Error {}

/** As much of a server and its lab as the controls meet; policies are told apart by what they publish. */
function servicesOf({ refusesFail, records }: Conduct): Services {
  let policy = '';
  const reply = (code: number) => ({
    disposition: code < 400 ? 'accepted' : 'rejected',
    stage: 'RCPT',
    code,
    line: code < 400 ? '250 ok' : '550 5.7.23 SPF fail',
  });
  const world = {
    vantages: [{ name: 'first', address: '203.0.113.10', network: '203.0.113.0/24' }],
    addresses: { sink: '198.51.100.5' },
    domain: (label: string) => `${label}-0123.test`,
    dns: {
      publish: async (_origin: string, zone: readonly { readonly data?: unknown }[]) => {
        policy = String(zone[0]?.data);
      },
      queries: async () => [{}],
    },
  };
  const result = { field: 'Received-SPF', method: 'spf', result: 'pass', properties: new Map() };
  const some: Partial<Record<keyof Services, unknown>> = {
    lab: () => world,
    target: { claims: {} },
    nonce: '0123',
    helloName: 'probe.mailspec.test',
    account: () => ({ address: 'alice@example.test' }),
    bytes: { lines: () => Buffer.alloc(0) },
    finding: ({ definition }: Control<unknown>) =>
      definition.id === 'spf-is-enforced'
        ? { enforced: refusesFail, line: '' }
        : { kind: records ? 'records' : 'asks', line: '' },
    note: () => undefined,
    offer: async () => reply(refusesFail && policy.endsWith('-all') ? 550 : 250),
    inMailbox: async () => ({ results: records ? [result] : [] }),
    inconclusive: (_why: string, reason: string) => {
      throw new Open(reason);
    },
  };
  return some as Services;
}

const STORED = { mailbox: 'INBOX' } as StoredMessage;

/** What becomes of a message that met with this reply, and about which nothing is recorded unless it is given. */
async function judged(
  conduct: Conduct,
  line: string,
  expected: Result,
  recorded: readonly string[] = [],
): Promise<string> {
  const verifications: Verification[] = [];
  const code = Number(line.slice(0, 3));
  const disposition = code >= 500 ? 'rejected' : code >= 400 ? 'deferred' : 'accepted';
  const outcome: Record<keyof Attempt, unknown> = {
    domain: 'a.test',
    sender: 'probe@a.test',
    offered: { disposition, stage: 'RCPT', code, line },
    stored: disposition === 'accepted' ? STORED : null,
    results: recorded.map((result) => ({ field: 'Authentication-Results', authservId: 'mx', result })),
    asked: true,
  };
  const verify = createVerify(createRecorder(), verifications);
  try {
    await expectResult(servicesOf(conduct), verify, outcome as Attempt, expected);
  } catch (failure) {
    if (failure instanceof Open) return 'open';
    throw failure;
  }
  const [only] = verifications;
  return only?.held ? 'held' : only?.strict ? 'violated' : 'deviates';
}

const RECORDS: Conduct = { refusesFail: false, records: true };
const REFUSES: Conduct = { refusesFail: true, records: false };
const NEITHER: Conduct = { refusesFail: false, records: false };

describe('a message about which nothing is recorded', () => {
  test.each([
    ['pass', '250 ok', REFUSES, 'held'],
    ['pass', '250 ok', NEITHER, 'open'],
    ['pass', '550 5.7.23 SPF fail', REFUSES, 'violated'],
    ['pass', '550 5.7.1 you are on a list', REFUSES, 'open'],
    ['pass', '450 4.7.1 greylisted', REFUSES, 'open'],
    ['fail', '550 5.7.23 SPF fail', REFUSES, 'held'],
    ['fail', '250 ok', REFUSES, 'violated'],
    ['fail', '250 ok', RECORDS, 'violated'],
    ['fail', '250 ok', NEITHER, 'open'],
    ['fail', '451 4.7.23 SPF fail', REFUSES, 'deviates'],
    ['none', '250 ok', RECORDS, 'deviates'],
    ['neutral', '250 ok', REFUSES, 'open'],
    ['permerror', '550 5.7.24 SPF permerror', REFUSES, 'deviates'],
    ['permerror', '550 5.7.23 SPF fail', REFUSES, 'violated'],
    ['permerror', '550 5.7.1 go away', REFUSES, 'open'],
    ['temperror', '451 4.4.3 try again', REFUSES, 'held'],
    ['temperror', '450 4.7.1 greylisted', REFUSES, 'open'],
    ['temperror', '550 5.7.24 SPF temperror', REFUSES, 'violated'],
  ] as const)('that ought to be %s, and met with %s', async (expected, line, conduct, outcome) => {
    expect(await judged(conduct, line, expected)).toBe(outcome);
  });
});

describe('a message with a recorded result', () => {
  test.each([
    ['permerror', ['permerror'], 'held'],
    ['fail', ['hardfail'], 'held'],
    ['permerror', ['permerror', 'fail'], 'violated'],
    // A method without a result word: Exim writes spf=(invalid) where libspf2 gives up.
    ['permerror', [''], 'violated'],
    ['temperror', [''], 'violated'],
  ] as const)('that ought to be %s, and is %j', async (expected, recorded, outcome) => {
    expect(await judged(RECORDS, '250 ok', expected, recorded)).toBe(outcome);
  });
});
