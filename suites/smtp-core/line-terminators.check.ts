import {
  answerOf,
  check,
  type Services,
  type SmtpClient,
  type SmtpReply,
  type Verify,
} from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { strangerOf } from '../../harness/steps/stranger.ts';
import { message } from './message.ts';
import { openSender } from './session.ts';
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
    clauses: ['rfc5321#2.3.8', 'rfc5321#4.1.2', 'rfc5321#2.4'],
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
    const lineEnds = [
      ['LF', LF],
      ['CR', CR],
    ] as const;
    const controls = [...lineEnds, ['NUL', NUL]] as const;
    for (const [name, octet] of lineEnds) {
      await variant(`NOOP ${name} NOOP`, async (verify) => {
        const { client } = await openSender(services);
        const line = Buffer.concat([Buffer.from('NOOP'), octet, bytes.line('NOOP')]);
        const replies = await repliesTo(services, client, line);
        // Harmless in itself, and what makes the attacks on DATA work.
        verify.ideally.that(replies.length <= 1, {
          demand: `${name} does not end a command`,
          expected: 'one reply, or the end of the connection',
          actual: shown(replies),
        });
      });
      await variant(`MAIL ${name} RCPT`, async (verify) => {
        const { client, from } = await openSender(services);
        const rcpt = bytes.line(`RCPT TO:<${account().address}>`);
        const line = Buffer.concat([Buffer.from(`MAIL FROM:<${from}>`), octet, rcpt]);
        const replies = await repliesTo(services, client, line);
        const split = replies.length > 1 && replies.slice(0, 2).every(isPositive);
        // RFC 5321 §2.3.8 forbids both; LF alone is what tolerant servers read as a line end.
        const strength = name === 'LF' ? verify.ideally : verify;
        strength.that(!split, {
          demand: `a path with ${name} in its line makes no second command`,
          expected: 'one reply, or the end of the connection',
          actual: shown(replies),
        });
      });
    }
    for (const [name, octet] of controls) {
      await variant(`local part with ${name}`, async (verify) => {
        const { client, from } = await openSender(services);
        const rest = bytes.line(`b"@${domainOf(from) || services.helloName}>`);
        const line = Buffer.concat([Buffer.from('MAIL FROM:<"a'), octet, rest]);
        const replies = await repliesTo(services, client, line);
        verify.ideally.that(!replies.some(isPositive), {
          demand: `a quoted local part with ${name} is refused`,
          expected: '501, or the end of the connection',
          actual: shown(replies),
        });
      });
    }
    for (const [name, octet] of [...controls, ['TAB', Buffer.from('\t')] as const])
      await variant(`hello name with ${name}`, (verify) => injectByHello(services, verify, name, octet));
  },
);

/** All replies to one line, up to the reply to a NOOP after it or the end of the connection. */
async function repliesTo(
  { pause, target }: Services,
  client: SmtpClient,
  line: Buffer,
): Promise<readonly SmtpReply[]> {
  client.raw(line);
  const replies: SmtpReply[] = [];
  const next = () => answerOf(client.reply('a reply to the line'));
  const first = await next();
  if (first.kind !== 'reply') return replies;
  replies.push(first.reply);
  await pause(target.timing.quietMs);
  // What a second command drew lies here already; QUIT ends the counting.
  let last = await client.attempt('QUIT');
  while (last.kind === 'reply' && last.reply.code !== 221) {
    replies.push(last.reply);
    last = await next();
  }
  return replies;
}

function shown(replies: readonly SmtpReply[]): string {
  return replies.map(lineOf).join(', ') || 'the end of the connection';
}

/** Sends EHLO with a name that holds an octet and a header field; where it is taken, a message goes after it. */
async function injectByHello(services: Services, verify: Verify, name: string, octet: Buffer): Promise<void> {
  const { smtp, bytes, helloName, nonce, account, role, inMailbox } = services;
  const hello = Buffer.concat([Buffer.from(`EHLO ${helloName}`), octet, bytes.line(`X-Injected: ${nonce}`)]);
  const client = await smtp(role === 'mx' ? {} : { at: 'tls' });
  const replies = await repliesTo(services, client, hello);
  client.connection.close();
  const demand = `a hello name with ${name} is refused`;
  const taken = replies.length === 1 && replies.every(isPositive);
  verify.ideally.that(!taken && replies.length <= 1, {
    demand,
    expected: 'one reply of refusal, or the end of the connection',
    actual: shown(replies),
  });
  if (!taken || role !== 'mx') return;
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
  verify.absent(injected, 'nothing of a hello name becomes a header field of its own', {
    what: 'such a field',
    as: ({ octets }) => octets.toString('latin1'),
  });
}
