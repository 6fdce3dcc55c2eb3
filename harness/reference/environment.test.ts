import { afterEach, expect, test } from 'vitest';
import { ROLE_NAMES, ROLES } from '../model/roles.ts';
import { ENVIRONMENT_KINDS, type EnvironmentPeer, startEnvironment } from './environment.ts';
import { openRaw, type RawClient } from './testing/raw-client.ts';

let peer: EnvironmentPeer | undefined;
const clients: RawClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await peer?.close();
  peer = undefined;
});

async function open(
  kind: Parameters<typeof startEnvironment>[0],
  role: (typeof ROLE_NAMES)[number],
): Promise<RawClient> {
  peer ??= await startEnvironment(kind);
  const client = await openRaw(peer.target.endpoints[role]);
  clients.push(client);
  return client;
}

test.each(ENVIRONMENT_KINDS)('%s declares every role with short waits and can be closed', async (kind) => {
  const started = await startEnvironment(kind);
  expect(Object.keys(started.target.endpoints)).toEqual(ROLE_NAMES);
  expect(started.target.timing.replyMs).toBe(300);
  expect(structuredClone(started.target)).toEqual(started.target);
  await started.close();
});

test.each(ROLE_NAMES)('refused: %s refuses', async (role) => {
  await expect(open('refused', role)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('silent accepts and never speaks', async () => {
  const client = await open('silent', 'mx');
  client.say('EHLO client.test');
  expect(await client.within(100)).toBe('');
});

test('closes-after-greeting greets and closes', async () => {
  const client = await open('closes-after-greeting', 'imap');
  expect(await client.line()).toMatch(/^\* OK/);
  await client.ended();
});

test.each([
  ['mx', /^421/],
  ['pop3', /^-ERR \[SYS\/TEMP\]/],
  ['imap', /^\* BYE/],
] as const)('only-421 on %s', async (role, expected) => {
  const client = await open('only-421', role);
  expect(await client.line()).toMatch(expected);
  await client.ended();
});

test('resets-on-connect ends every connection without a word', async () => {
  const outcome = await open('resets-on-connect', 'submission').then(
    async (client) => {
      await client.ended();
      return client.within(1);
    },
    (failure: NodeJS.ErrnoException) => failure.code,
  );
  expect(['', 'ECONNRESET']).toContain(outcome);
});

test('slow-drip sends octet by octet and never a whole line', async () => {
  const client = await open('slow-drip', 'mx');
  const seen = await client.within(150, 3_000);
  expect(seen.length).toBeGreaterThan(0);
  expect('220 mail.example.test').toContain(seen.slice(0, 3));
  expect(seen).not.toContain('|');
});

test('garbage holds what hurts terminals and reports', async () => {
  const client = await open('garbage', 'pop3');
  client.say('CAPA');
  const seen = await client.within(60, 3_000);
  for (const part of ['\0', '\u001b]', '\u202e', ']]>', '</testcase>', 'Bail out!'])
    expect(seen).toContain(part);
});

test.each(ROLE_NAMES)('tls-abort: no handshake comes about on %s', async (role) => {
  const client = await open('tls-abort', role);
  if (ROLES[role].tls === 'upgrade') {
    const { protocol } = ROLES[role];
    expect(await client.line()).toMatch(/^(220|\+OK|\* OK)/);
    if (protocol === 'smtp') expect(await client.ask('EHLO client.test')).toContain('STARTTLS');
    const command = { smtp: 'STARTTLS', pop3: 'STLS', imap: 'a STARTTLS' }[protocol];
    expect(await client.askLine(command)).toMatch(/^(220|\+OK|a OK)/);
  }
  await expect(client.tls()).rejects.toThrow();
});
