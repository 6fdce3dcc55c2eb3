import type { Lab, ZoneRecord } from 'net-mocks';
import type { FaultName } from '../../../model/faults.ts';
import type { Dialogue } from '../dialogue.ts';
import type { RawClient } from '../raw-client.ts';

export const BLOCK_LIST = 'bl.test';
export const ALLOW_LIST = 'wl.test';
/** Where the client of these dialogues comes from, and the name under which a list has it. */
export const CLIENT_ADDRESS = '127.9.8.7';
const REVERSED = '7.8.9.127';

/** A fault as a client sees it about whom lists are asked. */
export interface ListObservation {
  readonly good: RegExp;
  readonly faulty: RegExp;
  /** Records of both lists. */
  readonly records: readonly ZoneRecord[];
  /** `mx` when absent. */
  readonly role?: 'mx' | 'submissions';
  /** The block list does not work. */
  readonly unavailable?: boolean;
  /** What to look at; by default the reply to RCPT on mx. */
  readonly see?: (scene: {
    readonly lab: Lab;
    readonly dialogue: Dialogue;
    readonly client: RawClient;
  }) => Promise<string>;
}

const entry = (list: string, reversed: string, data = '127.0.0.2'): ZoneRecord => ({
  name: `${reversed}.${list}`,
  type: 'A',
  data,
});
const TEST_ENTRY = entry(BLOCK_LIST, '2.0.0.127');
const LISTED = [
  TEST_ENTRY,
  entry(BLOCK_LIST, REVERSED),
  { name: `${REVERSED}.${BLOCK_LIST}`, type: 'TXT', data: 'because' },
] satisfies ZoneRecord[];

const ACCEPTED = /^250 /;
const EXPLAINED =
  /^554 5\.7\.1 Service unavailable; client \[127\.9\.8\.7\] blocked using bl\.test; because$/;

/** The reply to RCPT for a recipient. */
export async function offer(client: RawClient, recipient: string): Promise<string> {
  await client.ask('EHLO client.test');
  await client.ask('MAIL FROM:<stranger@client.test>');
  return client.ask(`RCPT TO:<${recipient}>`);
}

/** Faults about lists of addresses. */
export const LISTS: Partial<Record<FaultName, ListObservation>> = {
  'dnsbl-keeps-octet-order': {
    good: /^7\.8\.9\.127\.wl\.test 7\.8\.9\.127\.bl\.test$/,
    faulty: /^127\.9\.8\.7\.wl\.test 127\.9\.8\.7\.bl\.test$/,
    records: [TEST_ENTRY],
    see: async ({ lab, client }) => {
      await offer(client, 'alice@example.test');
      return (await lab.dns.queries()).entries.map(({ name }) => name).join(' ');
    },
  },
  'dnsbl-result-ignored': { good: EXPLAINED, faulty: ACCEPTED, records: LISTED },
  'dnsbl-refusal-unexplained': {
    good: EXPLAINED,
    faulty: /^554 5\.7\.1 Service unavailable$/,
    records: LISTED,
  },
  'dnsbl-any-answer-counts': {
    good: ACCEPTED,
    faulty: /^554 /,
    records: [{ name: `*.${BLOCK_LIST}`, type: 'A', data: '192.0.2.1' }],
  },
  'dnsbl-test-entries-unchecked': {
    good: ACCEPTED,
    faulty: /^554 /,
    records: [{ name: `*.${BLOCK_LIST}`, type: 'A', data: '127.0.0.2' }],
  },
  'dnsbl-failure-refuses': { good: ACCEPTED, faulty: /^554 /, records: [], unavailable: true },
  'dnsbl-failure-defers': { good: ACCEPTED, faulty: /^451 /, records: [], unavailable: true },
  'dnsbl-blocks-submission': {
    good: ACCEPTED,
    faulty: EXPLAINED,
    records: LISTED,
    role: 'submissions',
    see: async ({ dialogue, client }) => {
      await client.ask('EHLO client.test');
      await client.ask(`AUTH PLAIN ${dialogue.plain()}`);
      await client.ask('MAIL FROM:<alice@example.test>');
      return client.ask('RCPT TO:<bob@example.test>');
    },
  },
  'dnsbl-blocks-postmaster': {
    good: ACCEPTED,
    faulty: EXPLAINED,
    records: LISTED,
    see: ({ client }) => offer(client, 'postmaster@example.test'),
  },
  'dnsbl-allow-list-opens-relay': {
    good: /^550 5\.7\.1 /,
    faulty: ACCEPTED,
    records: [entry(ALLOW_LIST, REVERSED)],
    see: ({ client }) => offer(client, 'somebody@elsewhere.test'),
  },
};
