import { createLab, type Lab, type ZoneRecord } from 'net-mocks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FAULT_NAMES, type FaultName } from '../../model/faults.ts';
import { type Dialogue, startDialogue } from '../testing/dialogue.ts';
import {
  ALLOW_LIST,
  BLOCK_LIST,
  CLIENT_ADDRESS,
  LISTS,
  type ListObservation,
  offer,
} from '../testing/observations/lists.ts';
import { openRaw } from '../testing/raw-client.ts';
import { nameOf } from './block-lists.ts';

let lab: Lab;
let dialogue: Dialogue | undefined;

beforeEach(async () => {
  lab = await createLab();
});
afterEach(async () => {
  await dialogue?.end();
  dialogue = undefined;
  await lab.close();
});

async function start(faults: readonly FaultName[]): Promise<Dialogue> {
  await dialogue?.end();
  const { dns } = await lab.endpoints();
  dialogue = await startDialogue({
    faults,
    relay: async () => undefined,
    blockLists: {
      zones: [BLOCK_LIST],
      allowZones: [ALLOW_LIST],
      resolver: { host: dns.address, port: dns.port },
    },
  });
  return dialogue;
}

async function publish(records: readonly ZoneRecord[]): Promise<void> {
  await lab.dns.publish({
    zones: [BLOCK_LIST, ALLOW_LIST].map((origin) => ({
      origin,
      records: records.filter(({ name }) => name.endsWith(origin)),
    })),
  });
}

async function observe(faults: readonly FaultName[], observation: ListObservation): Promise<string> {
  const { records, role = 'mx', unavailable = false, see } = observation;
  await lab.reset();
  await publish(records);
  if (unavailable)
    await lab.dns.setFaults({ faults: [{ name: BLOCK_LIST, subtree: true, effect: 'servfail' }] });
  const started = await start(faults);
  const client = await openRaw(started.reference.target.endpoints[role], CLIENT_ADDRESS);
  try {
    if (role === 'submissions') await client.tls();
    await client.reply();
    return await (see?.({ lab, dialogue: started, client }) ?? offer(client, 'alice@example.test'));
  } finally {
    client.close();
  }
}

describe('faults about lists, seen by a client', () => {
  for (const fault of FAULT_NAMES) {
    const observation = LISTS[fault];
    if (!observation) continue;
    test(fault, async () => {
      expect(await observe([], observation)).toMatch(observation.good);
      expect(await observe([fault], observation)).toMatch(observation.faulty);
    });
  }
});

describe('a good client of lists', () => {
  const rcpt = async (): Promise<string> => {
    const { reference } = await start([]);
    const client = await openRaw(reference.target.endpoints.mx, CLIENT_ADDRESS);
    await client.reply();
    const reply = await offer(client, 'alice@example.test');
    client.close();
    return reply;
  };
  const listed = (data: string): ZoneRecord => ({ name: `7.8.9.127.${BLOCK_LIST}`, type: 'A', data });
  const testEntry: ZoneRecord = { name: `2.0.0.127.${BLOCK_LIST}`, type: 'A', data: '127.0.0.2' };

  test.each([
    ['an entry of a list that works', [testEntry, listed('127.0.0.4')], /^554 /],
    ['an entry without the test entry', [listed('127.0.0.4')], /^250 /],
    ['an answer outside of 127.0.0.0/8', [testEntry, listed('192.0.2.1')], /^250 /],
    ['the refusal of a list to answer', [testEntry, listed('127.255.255.254')], /^250 /],
    ['no entry', [testEntry], /^250 /],
  ] as const)('%s', async (_, records, expected) => {
    await publish(records);
    expect(await rcpt()).toMatch(expected);
  });

  test('an entry of the allow list outweighs one of the block list', async () => {
    const allowed: ZoneRecord = { name: `7.8.9.127.${ALLOW_LIST}`, type: 'A', data: '127.0.10.3' };
    await publish([testEntry, listed('127.0.0.2'), allowed]);
    expect(await rcpt()).toMatch(/^250 /);
  });

  test('octets are reversed, and of IPv6 addresses the 32 nibbles', () => {
    // The example of RFC 5782 §2.4.
    expect(nameOf('2001:db8:1:2:3:4:567:89ab', 'ugly.example.com')).toBe(
      'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.example.com',
    );
    expect(nameOf('::1', 'x.test')).toBe(`1.${'0.'.repeat(31)}x.test`);
    expect(nameOf('192.0.2.99', 'x.test')).toBe('99.2.0.192.x.test');
  });
});
