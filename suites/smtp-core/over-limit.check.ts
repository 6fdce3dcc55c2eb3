import {
  check,
  type Services,
  type SmtpClient,
  type SmtpReply,
  type Verify,
} from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { message } from './message.ts';
import { beginTransaction, openSender } from './session.ts';

/** Lengths of command lines with their CRLF, in octets. */
const COMMAND_LINES = [513, 2_048, 16_384, 1_048_576] as const;
const TEXT_LINES = [1_001, 4_096, 65_536] as const;

export const overlongInputIsRefusedInOrder = check(
  {
    id: 'SMTP-010',
    slug: 'overlong-input-is-refused-in-order',
    title: 'Over-limit input is refused in an orderly way without loss of synchronisation',
    sends:
      'command lines of 513 octets to 1 MiB that repeat a command, a path of 300 octets, text lines of 1001 octets to 64 kB, and NOOP after each',
    demands:
      'one reply for each line, no part of a line executed as a command, and a server that still answers',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#4.5.3.1.9', 'rfc5321#4.2'],
    roles: ['mx', 'submission', 'submissions'],
    needs: ['account', 'mailbox-in-part'],
    considers: [strangersAreServed],
    effect: 'disturbs',
    safety: 'intrusive',
    budget: '40s',
    connections: 2,
    limits: [
      'Recipients above the limit of the server are not tried: most servers end a session before that.',
    ],
    kills: ['smtp-executes-tail-of-long-line', 'message-breaks-overlong-lines'],
  },
  async (services) => {
    const { variant } = services;
    for (const length of COMMAND_LINES) {
      await variant(`command line of ${length} octets`, async (verify) => {
        const { client } = await openSender(services);
        const line = 'NOOP '.repeat(Math.ceil(length / 5)).slice(0, length - 2);
        await inStep(services, verify, client, line, `a command line of ${length} octets`);
      });
    }
    await variant('path of 300 octets', async (verify) => {
      const { client, from } = await openSender(services);
      const domain = domainOf(from) || services.helloName;
      const path = `MAIL FROM:<${'a'.repeat(300 - domain.length - 3)}@${domain}>`;
      await inStep(services, verify, client, path, 'a path of 300 octets');
    });
    for (const length of TEXT_LINES)
      await variant(`text line of ${length} octets`, (verify) => textLine(services, verify, length));
    await variant('a new session', async (verify) => {
      const { client } = await openSender(services);
      verify.reply(await client.command('NOOP'), 'the server still answers').code(250);
    });
  },
);

/** One reply to the line and one to a NOOP after it, or the end of the connection. */
async function inStep(
  { target, bytes }: Services,
  verify: Verify,
  client: SmtpClient,
  line: string,
  what: string,
): Promise<void> {
  client.raw(bytes.line(line));
  const first = await client.attempt('NOOP');
  const demand = `${what} leaves the session in step`;
  if (first.kind === 'closed') {
    verify.met(demand, `the end of the connection (${first.how})`);
    return;
  }
  const replies: SmtpReply[] = first.kind === 'reply' ? [first.reply] : [];
  // The second of the two may take its time.
  const second = await client.reply('the reply to NOOP').catch(() => undefined);
  if (second) replies.push(second);
  const rest = (await client.connection.watch(target.timing.quietMs * 2)).toString('latin1');
  const more = rest.split('\n').filter((line) => /^\d{3} /.test(line));
  const count = replies.length + more.length;
  // Who ends the session may leave NOOP without an answer.
  const orderly = count <= 2 && count >= (client.connection.ended ? 1 : 2);
  verify.that(orderly, {
    demand,
    expected: 'one reply for the line and one for NOOP, or the end of the connection',
    actual: `${count} replies: ${[...replies.map(lineOf), ...more].slice(0, 5).join(', ')}`,
  });
}

async function textLine(services: Services, verify: Verify, length: number): Promise<void> {
  const { nonce, inMailbox, bytes } = services;
  const { client, from } = await beginTransaction(services);
  const token = `${nonce}-${length}`;
  const text = 'z'.repeat(length - bytes.CRLF.length);
  const content = message(services, { token, from, body: [text] });
  const end = await client.data(content);
  const noop = await client.attempt('NOOP');
  verify.answer(noop, `a text line of ${length} octets leaves the session in step`, {
    codeClasses: [2, 4],
    closed: true,
  });
  client.connection.close();
  if (!isPositive(end)) return;
  const stored = await inMailbox({ token, sent: content });
  if (!stored) return;
  const octets = stored.body.toString('latin1').replaceAll(/[^z]/g, '').length;
  const demand = `a text line of ${length} octets that is taken arrives whole`;
  const actual = `${octets} of its octets on several lines`;
  if (stored.body.includes(text)) verify.ideally.met(demand, `a line of ${length} octets`);
  else verify.ideally.missed(demand, { expected: 'the same line', actual });
}
