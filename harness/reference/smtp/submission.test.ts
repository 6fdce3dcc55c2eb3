import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { base64, lines } from '../../wire/bytes.ts';
import type { ReferenceOptions } from '../server.ts';
import { type Dialogue, startDialogue } from '../testing/dialogue.ts';
import type { RawClient } from '../testing/raw-client.ts';

let dialogue: Dialogue;
beforeEach(async () => {
  dialogue = await startDialogue();
});
afterEach(() => dialogue.end());

async function restart(options: ReferenceOptions): Promise<void> {
  await dialogue.end();
  dialogue = await startDialogue(options);
}
async function secured(): Promise<RawClient> {
  return (await dialogue.inside('submission')).client;
}

const MESSAGE = lines('From: alice@example.test', 'Subject: hello', '', 'text', '..dot', '.');

describe('submission', () => {
  test('refuses all but hello and upgrade before TLS', async () => {
    const client = (await dialogue.connect('submission')).client;
    expect(await client.ask('EHLO client.test')).not.toContain('AUTH');
    for (const command of ['MAIL FROM:<alice@example.test>', 'RCPT TO:<a@b.test>', 'VRFY x', 'DATA']) {
      expect(await client.ask(command)).toMatch(/^530 5\.7\.0/);
    }
    const right = await client.ask(`AUTH PLAIN ${dialogue.plain()}`);
    expect(right).toMatch(/^530 5\.7\.0/);
    expect(await client.ask(`AUTH PLAIN ${dialogue.plain('wrong')}`)).toBe(right);
    expect(await client.ask('AUTH LOGIN')).toBe(right);
    expect(await client.ask('NOOP')).toMatch(/^250/);
    expect(await client.ask('RSET')).toMatch(/^250/);
  });

  test('demands authentication, takes PLAIN with and without initial response, and LOGIN', async () => {
    const client = await secured();
    expect(await client.ask('MAIL FROM:<alice@example.test>')).toMatch(/^530 5\.7\.0/);
    expect(await client.ask('AUTH PLAIN')).toBe('334 ');
    expect(await client.ask(dialogue.plain())).toMatch(/^235/);
    expect(await client.ask(`AUTH PLAIN ${dialogue.plain(dialogue.password(1), 1)}`)).toMatch(/^503/);
    const other = await secured();
    expect(await other.ask('AUTH LOGIN')).toBe(`334 ${base64('Username:')}`);
    expect(await other.ask(base64('bob@example.test'))).toBe(`334 ${base64('Password:')}`);
    expect(await other.ask(base64(dialogue.reference.target.accounts[1]?.password ?? ''))).toMatch(/^235/);
  });

  test('refuses wrong secrets alike and tells nothing of accounts', async () => {
    const client = await secured();
    const wrong = await client.ask(`AUTH PLAIN ${dialogue.plain('wrong')}`);
    expect(wrong).toMatch(/^535 5\.7\.8/);
    expect(await client.ask(`AUTH PLAIN ${base64('\0nobody@example.test\0wrong')}`)).toBe(wrong);
    expect(await client.ask(`AUTH PLAIN ${dialogue.plain('')}`)).toBe(wrong);
    const { accounts } = dialogue.reference.target;
    const foreign = base64(`bob@example.test\0alice@example.test\0${accounts[0]?.password}`);
    const fresh = await secured();
    expect(await fresh.ask(`AUTH PLAIN ${foreign}`)).toBe(wrong);
  });

  test.each([
    ['!!!notb64', /^501 5\.5\.2/],
    ['=AAA', /^501 5\.5\.2/],
    ['AAA=BBB', /^501 5\.5\.2/],
    ['*', /^501/],
    ['A'.repeat(4_096), /^5\d\d/],
    ['A'.repeat(12_000), /^5\d\d/],
    ['A'.repeat(20_000), /^500 5\.5\.6/],
  ])('answers the SASL response %.10s with %s and goes on', async (response, expected) => {
    const client = await secured();
    expect(await client.ask('AUTH PLAIN')).toBe('334 ');
    expect(await client.ask(response)).toMatch(expected);
    expect(await client.ask('NOOP')).toMatch(/^250/);
  });

  test('slows down after three failures and ends the connection at the tenth', async () => {
    await restart({ failureDelayMs: 5 });
    const client = await secured();
    for (let failure = 1; failure < 10; failure++) {
      expect(await client.ask(`AUTH PLAIN ${dialogue.plain('wrong')}`)).toMatch(/^535/);
    }
    expect(await client.ask(`AUTH PLAIN ${dialogue.plain('wrong')}`)).toMatch(/^421 4\.7\.0/);
    await client.ended();
  });

  test('binds the sender to the login, completes the message and marks how it came', async () => {
    const client = await dialogue.loggedIn('submission');
    expect(await client.ask('MAIL FROM:<bob@example.test>')).toMatch(/^550 5\.7\.1/);
    expect(await client.ask('MAIL FROM:<>')).toMatch(/^250/);
    await client.ask('RSET');
    expect(await client.ask('MAIL FROM:<alice@example.test>')).toMatch(/^250/);
    expect(await client.ask(`AUTH PLAIN ${dialogue.plain(dialogue.password(1), 1)}`)).toMatch(/^503/);
    expect(await client.ask('RCPT TO:<x@elsewhere.test>')).toMatch(/^550 5\.4\.4/);
    expect(await client.ask('RCPT TO:<bob@example.test>')).toMatch(/^250/);
    await client.ask('DATA');
    client.write(MESSAGE);
    expect(await client.reply()).toMatch(/^250/);
    const text = dialogue.reference.mailbox('bob@example.test')[0]?.content.toString() ?? '';
    expect(text).toMatch(/with ESMTPSA id \w+ for <bob@example.test> tls TLS_/);
    expect(text).toMatch(/^Date: /m);
    expect(text).toMatch(/^Message-ID: </m);
  });

  test('hands mail for other domains to the relay, and refuses it when the relay does', async () => {
    const relayed: { recipients: readonly string[]; message: string }[] = [];
    let works = true;
    await restart({
      relay: async ({ recipients }, message) => {
        if (!works) throw new Error('next hop down');
        relayed.push({ recipients, message: message.toString() });
      },
    });
    const client = await dialogue.loggedIn('submission');
    for (const expected of [/^250/, /^451 4\.4\.1/]) {
      await client.ask('MAIL FROM:<alice@example.test>');
      expect(await client.ask('RCPT TO:<x@elsewhere.test>')).toMatch(/^250/);
      expect(await client.ask('RCPT TO:<x@localname>')).toMatch(/^554/);
      await client.ask('DATA');
      client.write(MESSAGE);
      expect(await client.reply()).toMatch(expected);
      works = false;
    }
    expect(relayed).toHaveLength(1);
    expect(relayed[0]?.recipients).toEqual(['x@elsewhere.test']);
    expect(relayed[0]?.message).toContain('with ESMTPSA');
  });

  test.each([
    ['no From', lines('Subject: x', '', 'text', '.'), /^550 5\.6\.0/],
    [
      'two From',
      lines('From: alice@example.test', 'From: bob@example.test', '', 'text', '.'),
      /^550 5\.6\.0/,
    ],
    ['a foreign From', lines('From: Bob <bob@example.test>', '', 'text', '.'), /^550 5\.7\.1/],
    ['an overlong line', lines('From: alice@example.test', '', 'x'.repeat(1_500), '.'), /^554 5\.6\.0/],
  ])('refuses a message with %s', async (_name, message, expected) => {
    const client = await dialogue.loggedIn('submission');
    await client.ask('MAIL FROM:<alice@example.test>');
    await client.ask('RCPT TO:<bob@example.test>');
    await client.ask('DATA');
    client.write(message);
    expect(await client.reply()).toMatch(expected);
  });

  test('submissions serves inside TLS from the first octet', async () => {
    const client = (await dialogue.connect('submissions')).client;
    const hello = await client.ask('EHLO client.test');
    expect(hello).toContain('AUTH');
    expect(hello).not.toContain('STARTTLS');
    expect(await client.ask(`AUTH PLAIN ${dialogue.plain()}`)).toMatch(/^235/);
  });
});
