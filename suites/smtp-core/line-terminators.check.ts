import {
  type Answer,
  check,
  type Services,
  Silence,
  type SmtpClient,
  type SmtpReply,
  type Verify,
} from '../../harness/check/check.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { message } from './message.ts';
import { openSender, strangerOf } from './session.ts';
import { MAILBOX } from './smtp-check.ts';

export const onlyCrlfEndsCommands = check(
  {
    id: 'SMTP-017',
    slug: 'only-crlf-ends-commands',
    title: 'CR, LF and NUL cannot be used to split commands or inject header lines',
    sends:
      'commands with bare LF, bare CR, NUL and TAB in them: NOOP, MAIL, RCPT, and the name in EHLO, with which a message is sent where it is taken',
    demands:
      'one reply for each line that CRLF ends; nothing of a command becomes another one, or a header field',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc5321#2.3.8', 'rfc5321#4.1.2'],
    ...MAILBOX,
    budget: '40s',
    limits: [
      'Servers that end commands at LF are warned of: that is tolerance, which many have by default. Where it ends messages as well, SMTP-014 and SMTP-015 tell.',
    ],
    kills: ['smtp-ends-commands-at-lf', 'smtp-ends-commands-at-cr', 'smtp-takes-hello-names-with-lf'],
  },
  async (services) => {
    const { bytes, variant, account } = services;
    const { CR, LF, NUL } = bytes;
    for (const [name, octet] of [
      ['LF', LF],
      ['CR', CR],
    ] as const) {
      await variant(`NOOP ${name} NOOP`, async (verify) => {
        const { client } = await openSender(services);
        const line = Buffer.concat([Buffer.from('NOOP'), octet, bytes.line('NOOP')]);
        const replies = await repliesTo(services, client, line);
        // Harmless in itself, and what makes the attacks on DATA work.
        verify.ideally.that(replies.length <= 1, {
          demand: `${name} does not end a command`,
          expected: 'one reply, or the end of the connection',
          actual: replies.map(lineOf).join(', ') || 'the end of the connection',
        });
      });
      await variant(`MAIL ${name} RCPT`, async (verify) => {
        const { client, from } = await openSender(services);
        const [local = '', domain = ''] = from.split('@');
        const line = Buffer.concat([
          Buffer.from(`MAIL FROM:<${local}@${domain}>`),
          octet,
          bytes.line(`RCPT TO:<${account().address}>`),
        ]);
        const replies = await repliesTo(services, client, line);
        const split =
          replies.length > 1 &&
          isPositive(replies[0] ?? { code: 0 }) &&
          isPositive(replies[1] ?? { code: 0 });
        // RFC 5321 §2.3.8 forbids both; LF alone is what tolerant servers read as a line end.
        const strength = name === 'LF' ? verify.ideally : verify;
        strength.that(!split, {
          demand: `a path with ${name} in its line makes no second command`,
          expected: 'one reply, or the end of the connection',
          actual: replies.map(lineOf).join(', ') || 'the end of the connection',
        });
      });
    }
    for (const [name, octet] of [
      ['LF', LF],
      ['CR', CR],
      ['NUL', NUL],
    ] as const) {
      await variant(`local part with ${name}`, async (verify) => {
        const { client, from } = await openSender(services);
        const domain = from.slice(from.lastIndexOf('@') + 1);
        const line = Buffer.concat([Buffer.from('MAIL FROM:<"a'), octet, bytes.line(`b"@${domain}>`)]);
        const replies = await repliesTo(services, client, line);
        verify.ideally.that(!replies.some(isPositive), {
          demand: `a quoted local part with ${name} is refused`,
          expected: '501, or the end of the connection',
          actual: replies.map(lineOf).join(', ') || 'the end of the connection',
        });
      });
    }
    for (const [name, octet] of [
      ['LF', LF],
      ['CR', CR],
      ['NUL', NUL],
      ['TAB', Buffer.from('\t')],
    ] as const) {
      await variant(`hello name with ${name}`, (verify) => injectByHello(services, verify, name, octet));
    }
  },
);

/** All replies to one line, up to the reply to a NOOP behind it or the end of the connection. */
async function repliesTo(
  { pause, target }: Services,
  client: SmtpClient,
  line: Buffer,
): Promise<readonly SmtpReply[]> {
  client.raw(line);
  const replies: SmtpReply[] = [];
  const first = await answer(client);
  if (first.kind !== 'reply') return replies;
  replies.push(first.reply);
  await pause(target.timing.quietMs);
  // What a second command drew lies here already; QUIT ends the counting.
  let last = await client.attempt('QUIT');
  while (last.kind === 'reply' && last.reply.code !== 221) {
    replies.push(last.reply);
    last = await answer(client);
  }
  return replies;
}

async function answer(client: SmtpClient): Promise<Answer<SmtpReply>> {
  try {
    return { kind: 'reply', reply: await client.reply('a reply to the line') };
  } catch (failure) {
    const ended = client.connection.ended;
    if (ended) return { kind: 'closed', how: ended.how };
    if (failure instanceof Silence) return { kind: 'silence', waitedMs: 0 };
    throw failure;
  }
}

/** Sends EHLO with a name that holds an octet and a header field; where it is taken, a message goes after it. */
async function injectByHello(services: Services, verify: Verify, name: string, octet: Buffer): Promise<void> {
  const { smtp, bytes, helloName, nonce, account, role, inMailbox } = services;
  const hello = Buffer.concat([Buffer.from(`EHLO ${helloName}`), octet, bytes.line(`X-Injected: ${nonce}`)]);
  const client = await smtp(role === 'mx' ? {} : { at: 'tls' });
  const replies = await repliesTo(services, client, hello);
  client.connection.close();
  const demand = `a hello name with ${name} is refused`;
  const taken = replies.length === 1 && isPositive(replies[0] ?? { code: 0 });
  if (!taken || role !== 'mx') {
    verify.ideally.that(!taken && replies.length <= 1, {
      demand,
      expected: 'one reply of refusal, or the end of the connection',
      actual: replies.map(lineOf).join(', ') || 'the end of the connection',
    });
    return;
  }
  verify.ideally.that(false, { demand, expected: '501', actual: replies.map(lineOf).join(', ') });
  const token = `${nonce}-hello-${name.toLowerCase()}`;
  const from = await strangerOf(services);
  const content = message(services, { token, from });
  const sender = await smtp();
  sender.raw(hello);
  await sender.reply('the reply to EHLO');
  // What the rest of the name drew, such as the end of the connection, is in the way of the message.
  const mail = await sender.attempt(`MAIL FROM:<${from}>`);
  if (mail.kind !== 'reply' || !isPositive(mail.reply)) return;
  const rcpt = await sender.attempt(`RCPT TO:<${account().address}>`);
  if (rcpt.kind !== 'reply' || !isPositive(rcpt.reply)) return;
  const end = await sender.data(content);
  await sender.quit();
  if (!isPositive(end)) return;
  const stored = await inMailbox({ token, sent: content });
  if (!stored) return;
  const injected = stored.fields.find((field) => field.name === 'x-injected');
  verify.that(injected === undefined, {
    demand: 'nothing of a hello name becomes a header field of its own',
    expected: 'no such field',
    actual: injected ? injected.octets : 'no such field',
  });
}
