import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../model/roles.ts';
import { CRLF, lines } from '../../wire/bytes.ts';
import { type ReferenceOptions, type ReferenceServer, startReference } from '../server.ts';
import { openRaw, type RawClient } from '../testing/raw-client.ts';

let reference: ReferenceServer;
const clients: RawClient[] = [];

async function start(options: ReferenceOptions = {}): Promise<void> {
  await reference.close();
  reference = await startReference(options);
}
async function open(role: Role): Promise<RawClient> {
  const client = await openRaw(reference.target.endpoints[role]);
  clients.push(client);
  if (role === 'submissions') await client.tls();
  expect(await client.reply()).toMatch(/^220/);
  return client;
}
beforeEach(async () => {
  reference = await startReference();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await reference.close();
});

const MESSAGE = lines('From: alice@example.test', 'Subject: hello', '', 'text', '..dot', '.');

describe('mx', () => {
  test('takes mail for its accounts and delivers it with trace fields', async () => {
    const client = await open('mx');
    const hello = await client.ask('EHLO client.test');
    for (const keyword of ['STARTTLS', 'PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES', 'DSN']) {
      expect(hello).toContain(keyword);
    }
    expect(hello).not.toContain('AUTH');
    expect(await client.ask('MAIL FROM:<probe@client.test> SIZE=100 BODY=8BITMIME')).toMatch(/^250 2\.1\.0/);
    expect(await client.ask('RCPT TO:<alice@example.test>')).toMatch(/^250 2\.1\.5/);
    expect(await client.ask('RCPT TO:<nobody@example.test>')).toMatch(/^550 5\.1\.1/);
    expect(await client.ask('RCPT TO:<alice@elsewhere.test>')).toMatch(/^550 5\.7\.1/);
    expect(await client.ask('DATA')).toMatch(/^354/);
    client.write(MESSAGE);
    expect(await client.reply()).toMatch(/^250 2\.0\.0/);
    expect(await client.ask('QUIT')).toMatch(/^221/);
    await client.ended();

    const [stored] = reference.mailbox('alice@example.test');
    const text = stored?.content.toString() ?? '';
    expect(
      text.startsWith(`Return-Path: <probe@client.test>${CRLF}Received: from client.test ([127.0.0.1])`),
    ).toBe(true);
    expect(text.endsWith(lines('Subject: hello', '', 'text', '.dot').toString())).toBe(true);
    expect(text).toContain('with ESMTP id');
    expect(stored?.arrival).toMatchObject({ sender: 'probe@client.test', secured: false });
  });

  test.each([
    ['MAIL FROM:<a@b.test>', /^503 5\.5\.1/],
    ['AUTH PLAIN', /^503/],
    ['XBOGUS', /^500 5\.5\.2/],
    ['STARTTLS now', /^501 5\.5\.4/],
    ['VRFY alice', /^252/],
    ['EXPN staff', /^502/],
    ['RSET extra', /^501/],
  ])('answers %s before EHLO with %s and goes on', async (command, expected) => {
    const client = await open('mx');
    expect(await client.ask(command)).toMatch(expected);
    expect(await client.ask('noop ignored')).toMatch(/^250/);
  });

  test.each([
    ['MAIL FROM:<a@b@c.test>', /^501/],
    ['MAIL FROM:<a..b@c.test>', /^501/],
    ['MAIL FROM:a@c.test', /^501/],
    ['MAIL FROM:<a@c.test> XNOSUCH=1', /^555/],
    ['MAIL FROM:<a@c.test> SIZE=abc', /^501/],
    ['MAIL FROM:<a@c.test> SIZE=99999999999999999999', /^552/],
    ['MAIL FROM:<ä@c.test>', /^550 5\.6\.7/],
    ['MAIL FROM:<ä@c.test> SMTPUTF8', /^250/],
    ['MAIL FROM:<>', /^250/],
    ['MAIL FROM:<@relay.test:a@c.test>', /^250/],
    ['MAIL FROM:<a@[127.0.0.1]>', /^250/],
    ['MAIL FROM:<a@[999.1.1.1]>', /^501/],
    ['RCPT TO:<alice@example.test>', /^503/],
    ['DATA', /^503/],
  ])('answers %s after EHLO with %s', async (command, expected) => {
    const client = await open('mx');
    await client.ask('EHLO client.test');
    expect(await client.ask(command)).toMatch(expected);
  });

  test.each([
    ['"alice"@example.test', /^250/],
    ['ALICE@EXAMPLE.TEST', /^250/],
    ['alice+tag@example.test', /^250/],
    ['postmaster', /^250/],
    ['PostMaster@example.test', /^250/],
    ['alice%elsewhere.test@example.test', /^550/],
    ['"alice@elsewhere.test"@example.test', /^550/],
    ['@elsewhere.test:alice@example.test', /^250/],
    ['alice@elsewhere.test', /^550 5\.7\.1/],
    ['alice@[127.0.0.1]', /^550/],
  ])('answers the recipient <%s> with %s', async (address, expected) => {
    const client = await open('mx');
    await client.ask('EHLO client.test');
    await client.ask('MAIL FROM:<probe@client.test>');
    expect(await client.ask(`RCPT TO:<${address}>`)).toMatch(expected);
  });

  test('keeps order in a pipelined group and takes no DATA without recipients', async () => {
    const client = await open('mx');
    await client.ask('EHLO client.test');
    client.write(lines('MAIL FROM:<a@b.test>', 'RCPT TO:<nobody@example.test>', 'DATA', 'RSET', 'DATA'));
    expect(await client.reply()).toMatch(/^250/);
    expect(await client.reply()).toMatch(/^550/);
    expect(await client.reply()).toMatch(/^554/);
    expect(await client.reply()).toMatch(/^250/);
    expect(await client.reply()).toMatch(/^503/);
  });

  test('a bare LF neither ends a command nor the data', async () => {
    const client = await open('mx');
    await client.ask('EHLO client.test');
    client.write(Buffer.concat([Buffer.from('NOOP\nNOOP'), CRLF]));
    expect(await client.reply()).toMatch(/^500/);
    await client.ask('MAIL FROM:<a@b.test>');
    await client.ask('RCPT TO:<alice@example.test>');
    await client.ask('DATA');
    client.write('text\n.\n');
    expect(await client.within(50)).toBe('');
    client.write(Buffer.concat([CRLF, lines('.')]));
    expect(await client.reply()).toMatch(/^554 5\.6\.0/);
    expect(reference.mailbox('alice@example.test')).toEqual([]);
  });

  test.each([513, 2_048, 16_384, 1_048_576])('gives one reply to a command of %i octets', async (length) => {
    const client = await open('mx');
    client.say(`NOOP ${'x'.repeat(length - 'NOOP '.length)}`);
    expect(await client.reply()).toMatch(length > 2_048 ? /^500/ : /^250/);
    expect(await client.ask('NOOP')).toMatch(/^250/);
  });

  test('BDAT counts exactly, delivers unchanged, and no chunk is ever a command', async () => {
    const client = await open('mx');
    await client.ask('EHLO client.test');
    const chunk = lines('Subject: x', '', '.', 'RCPT TO:<bob@example.test>');
    client.write(Buffer.concat([lines(`BDAT ${chunk.length}`), chunk]));
    expect(await client.reply()).toMatch(/^503/);
    expect(await client.ask('BDAT -1')).toMatch(/^501/);
    await client.ask('MAIL FROM:<a@b.test>');
    await client.ask('RCPT TO:<alice@example.test>');
    client.write(Buffer.concat([lines(`BDAT ${chunk.length}`), chunk]));
    expect(await client.reply()).toMatch(/^250/);
    expect(await client.ask('DATA')).toMatch(/^503/);
    expect(await client.ask('BDAT 0 LAST')).toMatch(/^250/);
    expect(await client.ask('BDAT 0 LAST')).toMatch(/^503/);
    const content = reference.mailbox('alice@example.test')[0]?.content ?? Buffer.alloc(0);
    expect(content.subarray(-chunk.length).equals(chunk)).toBe(true);
    expect(reference.mailbox('bob@example.test')).toEqual([]);
    expect(await client.ask('BDAT 4294967296')).toMatch(/^552/);
    await client.ended();
  });

  test('a delivery that the sender asked to hear of is notified, from a null sender', async () => {
    const client = await open('mx');
    await client.ask('EHLO client.test');
    await client.ask('MAIL FROM:<bob@example.test> ENVID=QQ1');
    await client.ask('RCPT TO:<alice@example.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;alice@old.test');
    await client.ask('DATA');
    client.write(MESSAGE);
    expect(await client.reply()).toMatch(/^250/);
    const [notification] = reference.mailbox('bob@example.test');
    expect(notification?.arrival?.sender).toBe('');
    const text = notification?.content.toString() ?? '';
    for (const part of [
      'report-type=delivery-status',
      'Original-Envelope-Id: QQ1',
      'Original-Recipient: rfc822;alice@old.test',
      'Action: delivered',
      'Subject: hello',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('refuses a message over the announced size after its end', async () => {
    const client = await open('mx');
    await client.ask('EHLO client.test');
    await client.ask('MAIL FROM:<a@b.test>');
    await client.ask('RCPT TO:<alice@example.test>');
    await client.ask('DATA');
    const row = lines('x'.repeat(998));
    client.write(Buffer.concat(Array.from({ length: 10_600 }, () => row)));
    client.say('.');
    expect(await client.reply()).toMatch(/^552/);
  });

  test('ends a session after twenty errors', async () => {
    const client = await open('mx');
    for (let error = 1; error < 20; error++) expect(await client.ask('XBOGUS')).toMatch(/^500/);
    expect(await client.ask('XBOGUS')).toMatch(/^421 4\.7\.0/);
    await client.ended();
  });
});

describe('STARTTLS', () => {
  test('forgets hello and envelope, and is not offered again', async () => {
    const client = await open('mx');
    await client.ask('EHLO before.test');
    await client.ask('MAIL FROM:<a@b.test>');
    await client.ask('RCPT TO:<alice@example.test>');
    expect(await client.ask('STARTTLS')).toMatch(/^220/);
    await client.tls({
      rejectUnauthorized: true,
      servername: 'mail.example.test',
      ca: reference.target.trustAnchor ?? '',
    });
    expect(client.tlsSocket?.authorized).toBe(true);
    expect(await client.ask('DATA')).toMatch(/^503/);
    expect(await client.ask('MAIL FROM:<a@b.test>')).toMatch(/^503/);
    expect(await client.ask('EHLO after.test')).not.toContain('STARTTLS');
    expect(await client.ask('STARTTLS')).toMatch(/^503/);
  });

  test('what comes in the same segment is discarded', async () => {
    const client = await open('mx');
    await client.ask('EHLO client.test');
    client.write(Buffer.concat([lines('STARTTLS', 'NOOP', 'MAIL FROM:<inj@b.test>'), Buffer.from('NO')]));
    expect(await client.reply()).toMatch(/^220/);
    await client.tls();
    expect(await client.within(50)).toBe('');
    expect(await client.ask('NOOP')).toMatch(/^250/);
  });

  test('what comes before the reply in a segment of its own is discarded', async () => {
    await start({ life: { replyDelayMs: 300 } });
    const client = await open('mx');
    await client.ask('EHLO client.test');
    client.say('STARTTLS');
    await new Promise((resolve) => setTimeout(resolve, 10));
    client.say('NOOP');
    expect(await client.reply()).toMatch(/^220/);
    await client.tls();
    expect(await client.within(100)).toBe('');
  });

  test('clear octets after the go-ahead end the connection', async () => {
    const client = await open('mx');
    await client.ask('EHLO client.test');
    await client.ask('STARTTLS');
    client.say('NOOP');
    await client.ended();
    expect(await client.within(1)).not.toContain('250');
  });
});
