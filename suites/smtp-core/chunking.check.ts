import {
  answerOf,
  check,
  type Services,
  type SmtpClient,
  type SmtpReply,
  type Verify,
} from '../../harness/check/check.ts';
import { assertListed } from '../../harness/steps/extensions.ts';
import { nameRecipient } from '../../harness/steps/name-recipient.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { message } from './message.ts';
import { refusalIsAboutContent } from './plain-mail.ts';
import { beginTransaction, openSender, type Sender } from './session.ts';
import { MAILBOX } from './smtp-check.ts';

/** BDAT and its chunk in one segment, for a client may not wait between them (RFC 3030 §2). */
async function bdat(
  { bytes }: Services,
  client: SmtpClient,
  chunk: Buffer,
  last = false,
): Promise<SmtpReply> {
  client.raw(Buffer.concat([bytes.line(`BDAT ${chunk.length}${last ? ' LAST' : ''}`), chunk]));
  return client.reply('the reply to BDAT');
}

/** A session with a recipient, where CHUNKING is listed. */
async function begin(services: Services): Promise<Sender> {
  const begun = await beginTransaction(services);
  assertListed(services, begun.client, 'CHUNKING');
  return begun;
}

/** After what a chunk drew, NOOP draws one reply and nothing else comes. */
async function inStep({ target }: Services, verify: Verify, client: SmtpClient, what: string): Promise<void> {
  const noop = await client.attempt('NOOP');
  if (noop.kind === 'closed') return;
  verify.answer(noop, `the session is in step after ${what}`, { codeClasses: [2] });
  verify.nothing(
    await client.connection.watch(target.timing.quietMs),
    `nothing of ${what} is read as a command`,
  );
}

export const chunksAreCountedExactly = check(
  {
    id: 'SMTP-018',
    slug: 'chunks-are-counted-exactly',
    title: 'CHUNKING: BDAT sequencing and counting are exact',
    sends:
      'a message in chunks with dot lines in it; DATA after BDAT, BDAT after LAST, chunks without a recipient that look like commands, sizes that are none, RSET between chunks',
    demands:
      'chunks are counted by octets, wrong orders are refused, and the octets of refused chunks are never read as commands',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc3030#2'],
    ...MAILBOX,
    budget: '40s',
    kills: ['smtp-executes-refused-chunks', 'smtp-takes-data-after-chunks', 'smtp-dot-ends-chunks'],
  },
  async (services) => {
    const { variant, bytes, nonce, inMailbox, account, inconclusive } = services;
    await variant('a message in chunks', async (verify) => {
      const { client, from } = await begin(services);
      const token = `${nonce}-chunks`;
      const body = ['.', '..', '.', `The minutes of ${token} end.`];
      const content = message(services, { token, from, body });
      const cut = content.length - 30;
      const first = await bdat(services, client, content.subarray(0, cut));
      verify.reply(first, 'a chunk is taken').code(250);
      const rest = await bdat(services, client, content.subarray(cut));
      verify.reply(rest, 'another chunk is taken').code(250);
      const end = await bdat(services, client, Buffer.alloc(0), true);
      await refusalIsAboutContent(services, end);
      if (!verify.reply(end, 'an empty last chunk ends the message').code(250)) return;
      await inStep(services, verify, client, 'the last chunk');
      const stored = await inMailbox({ token, sent: content });
      if (!stored) return inconclusive('precondition', 'The message was taken and is in no mailbox.');
      const expected = bytes.lines(...body);
      verify.that(stored.body.includes(expected), {
        demand: 'chunks arrive as they were sent, dots and all',
        expected: expected.toString(),
        actual: stored.body,
      });
    });
    await variant('DATA after BDAT', async (verify) => {
      const { client } = await begin(services);
      await bdat(services, client, bytes.line('Subject: chunk'));
      const data = await client.command('DATA');
      verify.reply(data, 'DATA after BDAT is refused').codeClass(5);
      if (data.code >= 500) verify.ideally.reply(data, 'DATA after BDAT is a bad sequence').code(503);
      client.connection.close();
    });
    await variant('BDAT after LAST', async (verify) => {
      const { client, from } = await begin(services);
      const end = await bdat(services, client, message(services, { token: `${nonce}-last`, from }), true);
      if (!isPositive(end)) inconclusive('precondition', `The message is refused: ${lineOf(end)}`);
      const again = await bdat(services, client, bytes.line('NOOP'), true);
      verify.reply(again, 'BDAT after the last chunk is refused').codeClass(5);
      await inStep(services, verify, client, 'a chunk after the last one');
    });
    await variant('a chunk without a recipient', async (verify) => {
      const { client, from } = await openSender(services);
      assertListed(services, client, 'CHUNKING');
      await client.command(`MAIL FROM:<${from}>`);
      const refused = await bdat(services, client, bytes.lines(`RCPT TO:<${account().address}>`, 'DATA'));
      verify.reply(refused, 'a chunk without a recipient is refused').codeClass(5, 4);
      await inStep(services, verify, client, 'the refused chunk');
    });
    await variant('chunks on their way after one without a recipient', async (verify) => {
      const { client, from } = await openSender(services);
      assertListed(services, client, 'CHUNKING');
      assertListed(services, client, 'PIPELINING');
      await client.command(`MAIL FROM:<${from}>`);
      const chunk = bytes.lines('RSET', `VRFY ${nonce}`);
      const flight = [`BDAT ${chunk.length}`, `BDAT ${chunk.length}`, `BDAT ${chunk.length} LAST`];
      client.raw(Buffer.concat(flight.flatMap((command) => [bytes.line(command), chunk])));
      for (const command of flight) {
        const answer = await answerOf(client.reply(`the reply to ${command}`));
        verify.answer(answer, `${command} after a chunk that failed is refused`, {
          codeClasses: [4, 5],
          closed: true,
        });
        if (answer.kind === 'closed') return;
      }
      await inStep(services, verify, client, 'the refused chunks');
    });
    for (const size of ['-1', 'abc', '4294967296', '99999999999999999999']) {
      await variant(`BDAT ${size}`, async (verify) => {
        const { client } = await begin(services);
        const reply = await client.attempt(`BDAT ${size} LAST`, { withinMs: 2_000 });
        // A server may wait for octets that were announced, or leave.
        verify.answer(reply, `BDAT ${size} is refused`, {
          codeClasses: [4, 5],
          closed: true,
          silence: true,
        });
        client.connection.close();
      });
    }
    await variant('RSET between chunks', async (verify) => {
      const { client, from } = await begin(services);
      await bdat(services, client, bytes.lines(`Subject: forgotten ${nonce}`, '', 'forgotten'));
      verify.reply(await client.command('RSET'), 'RSET is taken between chunks').code(250);
      await nameRecipient(client, { sender: `<${from}>`, recipient: `<${account().address}>` });
      const token = `${nonce}-reset`;
      const content = message(services, { token, from });
      const end = await bdat(services, client, content, true);
      const stored = isPositive(end) ? await inMailbox({ token, sent: content }) : null;
      if (!stored) return inconclusive('precondition', `No message after RSET: ${lineOf(end)}`);
      verify.that(!stored.bytes.includes('forgotten'), {
        demand: 'RSET forgets the chunks before it',
        expected: 'the second message alone',
        actual: stored.bytes,
      });
    });
  },
);
