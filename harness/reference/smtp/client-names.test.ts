import { createLab, type Lab, type Zone } from 'net-mocks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Dialogue, startDialogue } from '../testing/dialogue.ts';

const REVERSE = '1.0.0.127.in-addr.arpa';
const NAME = 'client.test';
const pointer: Zone = { origin: REVERSE, records: [{ name: REVERSE, type: 'PTR', data: NAME }] };
const address = (data: string): Zone => ({ origin: NAME, records: [{ name: NAME, type: 'A', data }] });

let lab: Lab;
let dialogue: Dialogue;

beforeEach(async () => {
  lab = await createLab();
  const { dns } = await lab.endpoints();
  dialogue = await startDialogue({
    life: { wantsClientNames: true },
    resolver: { host: dns.address, port: dns.port },
  });
});
afterEach(async () => {
  await dialogue.end();
  await lab.close();
});

describe('a server that wants names of its clients', () => {
  test.each<[string, Zone[], RegExp]>([
    ['has no name', [], /^450 4\.7\.25/],
    ['has a name without an address', [pointer], /^450 4\.7\.25/],
    ['has a name that leads elsewhere', [pointer, address('127.0.0.9')], /^450 4\.7\.25/],
    ['has a name that leads back', [pointer, address('127.0.0.1')], /^250/],
  ])('asks whether an address %s', async (_what, zones, answer) => {
    await lab.dns.publish({ zones });
    const { client } = await dialogue.hello('mx');
    await client.ask('MAIL FROM:<probe@client.test>');
    expect(await client.ask('RCPT TO:<alice@example.test>')).toMatch(answer);
  });

  test('wants none of users', async () => {
    const client = await dialogue.loggedIn('submission');
    await client.ask('MAIL FROM:<alice@example.test>');
    expect(await client.ask('RCPT TO:<bob@example.test>')).toMatch(/^250/);
  });
});
