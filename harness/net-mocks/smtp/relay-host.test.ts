import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLab } from '../lab/create-lab.ts';
import type { Lab } from '../lab/lab.ts';
import type { Endpoint } from '../wire/listen.ts';
import { connectRaw, type RawClient } from './client.testing.ts';
import type { SmtpServerOptions } from './options.ts';

const LOGIN = { user: 'relay', password: 'right' };
const MAIN = '127.0.9.1';
const OTHER = '127.0.9.2';

let lab: Lab;
let clients: RawClient[];

beforeEach(async () => {
  clients = [];
  lab = await createLab({
    smtp: [
      { name: 'main', address: MAIN },
      { name: 'other', address: OTHER },
    ],
  });
  const zone = (origin: string, address: string) => ({
    origin,
    records: [
      { name: origin, type: 'MX', data: { preference: 10, exchange: `mx.${origin}` } },
      { name: `mx.${origin}`, type: 'A', data: address },
    ],
  });
  await lab.dns.publish({
    zones: [
      zone('main.test', MAIN),
      zone('other.test', OTHER),
      zone('astray.test', '192.0.2.1'),
      { origin: 'implicit.test', records: [{ name: 'implicit.test', type: 'A', data: MAIN }] },
      {
        origin: 'null.test',
        records: [{ name: 'null.test', type: 'MX', data: { preference: 0, exchange: '.' } }],
      },
    ],
  });
});
afterEach(async () => {
  for (const client of clients) client.close();
  await lab.close();
});

async function open(options: Partial<SmtpServerOptions> = {}): Promise<Endpoint> {
  const { endpoint } = await lab.smtp.open({ name: 'relay', relayHost: true, ...options });
  return endpoint;
}

async function greeted(to: Endpoint): Promise<RawClient> {
  const client = await connectRaw(to);
  clients.push(client);
  await client.reply();
  await client.ask('EHLO target.test');
  return client;
}

async function send(client: RawClient, ...recipients: string[]): Promise<string> {
  await client.ask('MAIL FROM:<sender@target.test>');
  for (const recipient of recipients) await client.ask(`RCPT TO:<${recipient}>`);
  await client.ask('DATA');
  client.send('Subject: minutes\r\n\r\ntext\r\n.\r\n');
  return client.reply();
}

describe('a relay host', () => {
  test('gives each server the recipients that the DNS names it for, and says by whom they came', async () => {
    const client = await greeted(await open());
    expect(await send(client, 'a@main.test', 'b@OTHER.test', 'c@implicit.test', `d@[${OTHER}]`)).toMatch(
      /^250 /,
    );
    const recipients = async (server: string) => {
      const { entries } = await lab.smtp.messages({ server });
      return entries.map(({ via, envelope }) => [via, ...envelope.to.map(({ address }) => address)]);
    };
    expect(await recipients('main')).toEqual([['relay', 'a@main.test', 'c@implicit.test']]);
    expect(await recipients('other')).toEqual([['relay', 'b@OTHER.test', `d@[${OTHER}]`]]);
    expect(await recipients('relay')).toEqual([]);
  });

  test('counts its conversations among those of the servers it spoke for', async () => {
    const client = await greeted(await open());
    await send(client, 'a@main.test');
    await client.ask('QUIT');
    const found = await lab.smtp.waitForSession({ server: 'main', ended: true, deadlineMs: 10_000 });
    expect(found?.server).toBe('relay');
    expect(found?.commands.find(({ verb }) => verb === 'RCPT')).toMatchObject({ forServer: 'main' });
    expect((await lab.smtp.sessions({ server: 'other' })).entries).toEqual([]);
  });

  test('answers RCPT and the end of data by the rules of the server', async () => {
    await lab.smtp.setScript({
      name: 'main',
      script: [
        { stage: 'RCPT', contains: 'never', reply: { code: 550, lines: ['5.1.1 Nobody'] } },
        { stage: 'RCPT', contains: 'later', times: 1, reply: { code: 451, lines: ['4.3.0 Not now'] } },
        { stage: 'end-of-data', contains: 'odd', reply: { code: 554, lines: ['5.7.1 Not that'] } },
      ],
    });
    const endpoint = await open();
    // What counts on all connections together counts on those of the relay host too.
    for (const later of ['451', '250']) {
      const client = await greeted(endpoint);
      await client.ask('MAIL FROM:<sender@target.test>');
      expect(await client.ask('RCPT TO:<never@main.test>')).toMatch(/^550 5\.1\.1 /);
      expect(await client.ask('RCPT TO:<never@other.test>')).toMatch(/^250 /);
      expect((await client.ask('RCPT TO:<later@main.test>')).slice(0, 3)).toBe(later);
      await client.ask('RSET');
      expect(await send(client, 'odd@main.test')).toMatch(/^554 5\.7\.1 /);
    }
    const { entries } = await lab.smtp.messages({ server: 'main' });
    expect(entries.map(({ code }) => code)).toEqual([554, 554]);
  });

  test('refuses what goes nowhere', async () => {
    const client = await greeted(await open());
    await client.ask('MAIL FROM:<sender@target.test>');
    expect(await client.ask('RCPT TO:<a@absent.test>')).toMatch(/^550 5\.1\.2 /);
    expect(await client.ask('RCPT TO:<a@null.test>')).toMatch(/^556 5\.1\.10 /);
    expect(await client.ask('RCPT TO:<a@astray.test>')).toMatch(/^550 5\.4\.6 /);
    expect(await client.ask('RCPT TO:<postmaster>')).toMatch(/^550 5\.1\.3 /);
  });
});

describe('a server with a login', () => {
  const plain = (...parts: string[]) => Buffer.from(parts.join('\0')).toString('base64');

  test('takes no mail before it', async () => {
    const client = await greeted(await open({ login: LOGIN }));
    expect(await client.ask('MAIL FROM:<sender@target.test>')).toMatch(/^530 5\.7\.0 Auth/);
    expect(await client.ask(`AUTH PLAIN ${plain('', 'relay', 'wrong')}`)).toMatch(/^535 /);
    expect(await client.ask('MAIL FROM:<sender@target.test>')).toMatch(/^530 /);
    expect(await client.ask(`AUTH PLAIN ${plain('', 'relay', 'right')}`)).toMatch(/^235 /);
    expect(await send(client, 'a@main.test')).toMatch(/^250 /);
  });

  test('takes LOGIN, with the name in the command or after it', async () => {
    const endpoint = await open({ login: LOGIN });
    const [name, right, wrong] = [plain('relay'), plain('right'), plain('wrong')];
    const client = await greeted(endpoint);
    expect(await client.ask('AUTH LOGIN')).toMatch(/^334 /);
    expect(await client.ask(name)).toMatch(/^334 /);
    expect(await client.ask(wrong)).toMatch(/^535 /);
    expect(await client.ask(`AUTH LOGIN ${name}`)).toMatch(/^334 /);
    expect(await client.ask(right)).toMatch(/^235 /);
  });

  test('lists AUTH inside TLS only, and asks for TLS before that', async () => {
    const { certificate: ca } = await lab.certificates.authority();
    const client = await greeted(await open({ login: LOGIN, hostname: 'relay.test', tls: {} }));
    expect(await client.ask('EHLO target.test')).not.toContain('AUTH');
    expect(await client.ask('MAIL FROM:<sender@target.test>')).toMatch(/^530 5\.7\.0 Must/);
    expect(await client.ask(`AUTH PLAIN ${plain('', 'relay', 'right')}`)).toMatch(/^502 /);
    await client.ask('STARTTLS');
    await client.startTls({ ca, servername: 'relay.test' });
    expect(await client.ask('EHLO target.test')).toContain('AUTH PLAIN LOGIN');
    expect(await client.ask(`AUTH PLAIN ${plain('', 'relay', 'right')}`)).toMatch(/^235 /);
    expect(await client.ask('MAIL FROM:<sender@target.test>')).toMatch(/^250 /);
  });
});
