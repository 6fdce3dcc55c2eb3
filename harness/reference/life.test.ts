import { afterEach, describe, expect, test } from 'vitest';
import { lines } from '../wire/bytes.ts';
import { type Dialogue, startDialogue } from './testing/dialogue.ts';

let dialogue: Dialogue;
afterEach(() => dialogue.end());

const MAIL = 'MAIL FROM:<probe@client.test>';
const RCPT = 'RCPT TO:<alice@example.test>';

describe('ordinary life on good servers', () => {
  test('greetings come late, and in several lines', async () => {
    dialogue = await startDialogue({ life: { greetingDelayMs: 60, multiLineGreeting: true } });
    const before = performance.now();
    const { greeting } = await dialogue.connect('mx');
    expect(performance.now() - before).toBeGreaterThanOrEqual(55);
    expect(greeting).toBe('220-mail.example.test welcome|220 mail.example.test ESMTP');
    expect((await dialogue.connect('pop3')).greeting).toBe('+OK mail.example.test ready');
  });

  test('every reply comes late, in order', async () => {
    dialogue = await startDialogue({ life: { replyDelayMs: 20 } });
    const { client } = await dialogue.connect('mx');
    const before = performance.now();
    client.write(lines('NOOP', 'XBOGUS', 'NOOP'));
    const codes = [await client.reply(), await client.reply(), await client.reply()].map((text) =>
      text.slice(0, 3),
    );
    expect(codes).toEqual(['250', '500', '250']);
    expect(performance.now() - before).toBeGreaterThanOrEqual(55);
  });

  test('mx greylists a triple once, and submission never', async () => {
    dialogue = await startDialogue({ life: { greylist: true } });
    const { client } = await dialogue.hello('mx');
    await client.ask(MAIL);
    expect(await client.ask(RCPT)).toMatch(/^450 4\.7\.1/);
    expect(await client.ask('RCPT TO:<nobody@example.test>')).toMatch(/^550 5\.1\.1/);
    expect(await client.ask(RCPT)).toMatch(/^250/);
    await client.ask('RSET');
    await client.ask('MAIL FROM:<other@client.test>');
    expect(await client.ask(RCPT)).toMatch(/^450/);
    const user = await dialogue.loggedIn('submission');
    await user.ask('MAIL FROM:<alice@example.test>');
    expect(await user.ask('RCPT TO:<bob@example.test>')).toMatch(/^250/);
  });

  test('the first visit of a client address to mx ends in 450 4.3.2', async () => {
    dialogue = await startDialogue({ life: { firstConnectionTempfail: true } });
    const first = await dialogue.hello('mx');
    await first.client.ask(MAIL);
    expect(await first.client.ask(RCPT)).toMatch(/^450 4\.3\.2/);
    await first.client.ended();
    const second = await dialogue.hello('mx');
    await second.client.ask(MAIL);
    expect(await second.client.ask(RCPT)).toMatch(/^250/);
  });

  test('a policy refuses every message at its end', async () => {
    dialogue = await startDialogue({ life: { refusesContent: true } });
    const { client } = await dialogue.hello('mx');
    await client.ask(MAIL);
    expect(await client.ask(RCPT)).toMatch(/^250/);
    expect(await client.ask('DATA')).toMatch(/^354/);
    client.write(lines('Subject: hello', '', 'world', '.'));
    expect(await client.reply()).toMatch(/^550 5\.7\.1/);
  });

  test('objections to a sender may wait for RCPT', async () => {
    dialogue = await startDialogue({ life: { delayedReject: true } });
    const client = await dialogue.loggedIn('submission');
    expect(await client.ask('MAIL FROM:<bob@example.test>')).toMatch(/^250/);
    expect(await client.ask('RCPT TO:<bob@example.test>')).toMatch(/^550 5\.7\.1/);
  });

  test.each([
    ['mx', 'XBOGUS', /^500/, /^421 4\.7\.0/],
    ['pop3', 'XBOGUS', /^-ERR Unknown/, /^-ERR \[SYS\/PERM\]/],
    ['imap', 'a XBOGUS', /^a BAD/, /\* BYE/],
  ] as const)('%s ends a session at the error limit', async (role, command, error, end) => {
    dialogue = await startDialogue({ life: { errorLimit: 2 } });
    const { client } = await dialogue.connect(role);
    expect(await client.askLine(command)).toMatch(error);
    client.say(command);
    expect(await client.within(40, 3_000)).toMatch(end);
    await client.ended();
  });

  test('octets after STARTTLS may end the connection', async () => {
    dialogue = await startDialogue({ life: { closesOnPipelinedStarttls: true } });
    const { client } = await dialogue.hello('mx');
    expect(await dialogue.upgrade(client, 'mx', lines('NOOP'))).toMatch(/^554 5\.5\.0/);
    await client.ended();
    const good = await dialogue.hello('mx');
    expect(await dialogue.upgrade(good.client, 'mx')).toMatch(/^220/);
  });
});
