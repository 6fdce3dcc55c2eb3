import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../model/roles.ts';
import { base64, lines } from '../../wire/bytes.ts';
import { type ReferenceOptions, type ReferenceServer, startReference } from '../server.ts';
import { openRaw, type RawClient } from '../testing/raw-client.ts';

let reference: ReferenceServer;
const clients: RawClient[] = [];

async function start(options: ReferenceOptions): Promise<void> {
  await reference.close();
  reference = await startReference(options);
}
async function open(role: Role): Promise<RawClient> {
  const client = await openRaw(reference.target.endpoints[role]);
  clients.push(client);
  if (role === 'pop3s') await client.tls();
  return client;
}
const password = () => reference.target.accounts[0]?.password ?? '';
async function login(): Promise<RawClient> {
  const client = await open('pop3s');
  await client.line();
  expect(await client.askLine('USER alice@example.test')).toMatch(/^\+OK/);
  expect(await client.askLine(`PASS ${password()}`)).toMatch(/^\+OK/);
  return client;
}
async function deliver(...texts: readonly string[]): Promise<void> {
  const client = await openRaw(reference.target.endpoints.mx);
  clients.push(client);
  await client.reply();
  await client.ask('EHLO client.test');
  await client.ask('MAIL FROM:<probe@client.test>');
  await client.ask('RCPT TO:<alice@example.test>');
  await client.ask('DATA');
  client.write(lines(...texts, '.'));
  expect(await client.reply()).toMatch(/^250/);
}

beforeEach(async () => {
  reference = await startReference();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await reference.close();
});

describe('before STLS', () => {
  test('takes no secret and says the same to right and wrong ones', async () => {
    const client = await open('pop3');
    expect(await client.line()).toBe('+OK mail.example.test ready');
    expect(await client.askLine('CAPA')).toMatch(/^\+OK/);
    const capabilities = await client.untilDot();
    expect(capabilities).toContain('STLS');
    expect(capabilities.join()).not.toMatch(/USER|SASL/);
    const refused = await client.askLine('USER alice@example.test');
    expect(refused).toMatch(/^-ERR \[SYS\/PERM\]/);
    for (const command of [
      `PASS ${password()}`,
      'PASS wrong',
      'AUTH PLAIN',
      `AUTH PLAIN ${base64(`\0alice@example.test\0${password()}`)}`,
      'APOP alice@example.test 0123456789abcdef0123456789abcdef',
    ]) {
      expect(await client.askLine(command)).toBe(refused);
    }
    expect(await client.askLine('STAT')).toMatch(/^-ERR/);
    expect(await client.askLine('STLS now')).toMatch(/^-ERR/);
  });

  test('drops what comes with STLS and offers login inside TLS', async () => {
    const client = await open('pop3');
    await client.line();
    client.write(lines('STLS', 'CAPA', 'USER alice@example.test'));
    expect(await client.line()).toMatch(/^\+OK/);
    await client.tls();
    expect(await client.within(50)).toBe('');
    expect(await client.askLine(`PASS ${password()}`)).toMatch(/^-ERR/);
    await client.askLine('CAPA');
    const capabilities = await client.untilDot();
    expect(capabilities).toContain('USER');
    expect(capabilities.join()).toMatch(/SASL .*SCRAM-SHA-256-PLUS .*PLAIN LOGIN/);
    expect(capabilities).not.toContain('STLS');
    expect(await client.askLine('STLS')).toMatch(/^-ERR/);
  });
});

describe('inside TLS', () => {
  test('logs in with AUTH PLAIN, with and without initial response, and refuses what is not base64', async () => {
    const message = base64(`\0alice@example.test\0${password()}`);
    const client = await open('pop3s');
    await client.line();
    for (const [response, expected] of [
      ['*', /^-ERR/],
      ['=AAA', /^-ERR/],
      ['AAA=BBB', /^-ERR/],
      [message, /^\+OK/],
    ] as const) {
      expect(await client.askLine('AUTH PLAIN')).toBe('+ ');
      expect(await client.askLine(response)).toMatch(expected);
    }
    expect(await client.askLine(`AUTH PLAIN ${message}`)).toMatch(/^-ERR/);
    await client.askLine('QUIT');
    const other = await open('pop3s');
    await other.line();
    expect(await other.askLine(`AUTH PLAIN ${message}`)).toMatch(/^\+OK/);
  });

  test('lists, retrieves and marks messages; only QUIT removes them', async () => {
    await deliver('Subject: one', '', '..', '..x', '+OK forged');
    await deliver('Subject: two', '', 'a', 'b', 'c');
    const client = await login();
    const sizes = reference.mailbox('alice@example.test').map(({ content }) => content.length);
    expect(await client.askLine('STAT')).toBe(`+OK 2 ${(sizes[0] ?? 0) + (sizes[1] ?? 0)}`);
    expect(await client.askLine('LIST')).toMatch(/^\+OK/);
    expect(await client.untilDot()).toEqual([`1 ${sizes[0]}`, `2 ${sizes[1]}`]);
    expect(await client.askLine('LIST 2')).toBe(`+OK 2 ${sizes[1]}`);
    await client.askLine('UIDL');
    const ids = await client.untilDot();
    expect(await client.askLine('RETR 1')).toMatch(/^\+OK/);
    expect((await client.untilDot()).slice(-3)).toEqual(['..', '..x', '+OK forged']);
    expect(await client.askLine('TOP 2 1')).toMatch(/^\+OK/);
    expect((await client.untilDot()).slice(-3)).toEqual(['Subject: two', '', 'a']);
    for (const bad of ['RETR 0', 'RETR 3', 'RETR x', 'RETR -1', 'TOP 1', 'DELE 9', 'USER x', 'XBOGUS']) {
      expect(await client.askLine(bad)).toMatch(/^-ERR/);
    }
    expect(await client.askLine('dele 1')).toMatch(/^\+OK/);
    expect(await client.askLine('DELE 1')).toMatch(/^-ERR/);
    client.close();
    await new Promise((resolve) => setTimeout(resolve, 20));

    const second = await login();
    await second.askLine('UIDL');
    expect(await second.untilDot()).toEqual(ids);
    const third = await open('pop3s');
    await third.line();
    await third.askLine('USER alice@example.test');
    expect(await third.askLine(`PASS ${password()}`)).toMatch(/^-ERR \[IN-USE\]/);
    await second.askLine('DELE 1');
    await second.askLine('RSET');
    await second.askLine('DELE 2');
    expect(await second.askLine('QUIT')).toMatch(/^\+OK/);
    await second.ended();
    expect(reference.mailbox('alice@example.test')).toHaveLength(1);
  });

  test('refuses wrong logins alike and ends the connection at the tenth', async () => {
    await start({ failureDelayMs: 1 });
    const client = await open('pop3s');
    await client.line();
    const replies = new Set<string>();
    for (let round = 0; round < 10; round++) {
      expect(await client.askLine(`USER ${round % 2 ? 'alice' : 'nobody'}@example.test`)).toBe(
        '+OK Send PASS',
      );
      replies.add(await client.askLine('PASS wrong'));
    }
    expect([...replies]).toEqual(['-ERR [AUTH] Authentication failed']);
    await client.ended();
  });

  test('answers a pipelined group in order and refuses overlong and bare-LF lines', async () => {
    const client = await open('pop3s');
    await client.line();
    client.write(lines('x'.repeat(10_000), 'USER alice@example.test', `PASS ${password()}`, 'STAT'));
    client.write(Buffer.concat([Buffer.from('NOOP\n'), lines('NOOP', 'QUIT')]));
    const starts: string[] = [];
    for (let reply = 0; reply < 6; reply++) starts.push((await client.line()).split(' ', 1)[0] ?? '');
    expect(starts).toEqual(['-ERR', '+OK', '+OK', '+OK', '-ERR', '+OK']);
  });

  test('APOP, where asked for, takes the digest of this greeting only', async () => {
    await start({ apop: true });
    const first = await open('pop3s');
    const stamp = /<.*>/.exec(await first.line())?.[0] ?? '';
    const digest = (timestamp: string) =>
      createHash('md5')
        .update(timestamp + password())
        .digest('hex');
    expect(await first.askLine(`APOP alice@example.test ${digest(stamp).toUpperCase()}`)).toMatch(/^-ERR/);
    const second = await open('pop3s');
    expect(await second.line()).not.toContain(stamp);
    expect(await second.askLine(`APOP alice@example.test ${digest(stamp)}`)).toMatch(/^-ERR/);
    expect(await first.askLine(`APOP alice@example.test ${digest(stamp)}`)).toMatch(/^\+OK/);
  });
});
