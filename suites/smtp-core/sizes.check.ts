import { check, type Services, type SmtpReply } from '../../harness/check/check.ts';
import { domainOf } from '../../harness/steps/addresses.ts';
import { isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { takenMessage } from './plain-mail.ts';
import { sendMessage } from './sent-message.ts';
import { beginTransaction, openSender } from './session.ts';
import { MAILBOX } from './smtp-check.ts';

/** Recipients that one transaction must take (RFC 5321 §4.5.3.1.8). */
const RECIPIENTS = 100;
/** Longest local part, and longest command line with its CRLF, in octets (RFC 5321 §4.5.3.1.1, §4.5.3.1.4). */
const LOCAL_PART = 64;
const COMMAND_LINE = 512;
/** Longest text line without CRLF (RFC 5321 §4.5.3.1.6). */
const TEXT_LINE = 998;

export const requiredSizesAreTaken = check(
  {
    id: 'SMTP-009',
    slug: 'required-sizes-are-taken',
    title: 'Sizes that every server must take are taken',
    sends:
      'a local part of 64 octets, a command line of 512 octets, 100 recipients, a text line of 998 octets and a message of 70 kB',
    demands: 'each is accepted, and the messages arrive as they were sent',
    level: 'MUST',
    severity: 'low',
    clauses: [
      'rfc5321#4.5.3.1.1',
      'rfc5321#4.5.3.1.4',
      'rfc5321#4.5.3.1.6',
      'rfc5321#4.5.3.1.7',
      'rfc5321#4.5.3.1.8',
      'rfc5321#4.3.2',
      'rfc5321#4.5.3.1',
    ],
    ...MAILBOX,
    budget: '40s',
    limits: [
      'Where no addresses with a detail are accepted, the hundred recipients are one address a hundred times.',
      'A lower number of recipients is allowed to a configured policy (RFC 5321 §4.5.3.1.10), which cannot be told apart from here.',
    ],
    kills: ['smtp-takes-fifty-recipients', 'smtp-refuses-long-local-parts', 'message-breaks-long-lines'],
  },
  async (services) => {
    const { variant, inconclusive, nonce, role } = services;
    await variant('command lines', async (verify) => {
      const { client, from } = await openSender(services);
      if (role === 'mx') {
        const long = await client.command(
          `MAIL FROM:<${'a'.repeat(LOCAL_PART)}@${domainOf(from) || services.helloName}>`,
        );
        verify.ideally.reply(long, 'a local part of 64 octets is taken').code(250);
        if (isPositive(long)) await client.command('RSET');
      }
      const padded = `NOOP ${'x'.repeat(COMMAND_LINE - 'NOOP '.length - 2)}`;
      verify.ideally.reply(await client.command(padded), 'a command line of 512 octets is taken').code(250);
    });
    await variant('recipients', async (verify) => {
      const recipients = await addressesOf(services);
      const { client } = await beginTransaction(services);
      let taken = 1;
      let refusal: SmtpReply | undefined;
      for (const recipient of recipients.slice(1)) {
        const reply = await client.command(`RCPT TO:<${recipient}>`);
        if (!isPositive(reply)) {
          refusal = reply;
          break;
        }
        taken += 1;
      }
      await client.command('RSET');
      await client.quit();
      // A greylist that knows each recipient anew says nothing about their number.
      if (refusal && isTemporary(refusal) && refusal.code !== 452)
        inconclusive('precondition', `Recipient ${taken + 1} is put off: ${lineOf(refusal)}`);
      const demand = 'a hundred recipients are taken in one transaction';
      if (!refusal) verify.met(demand, `${taken} recipients taken`);
      else verify.missed(demand, { expected: `${RECIPIENTS}`, actual: `${taken}, then ${lineOf(refusal)}` });
    });
    for (const [name, body] of [
      [`a line of ${TEXT_LINE} octets`, ['x'.repeat(TEXT_LINE)]],
      [
        '70 kB',
        Array.from({ length: 1_000 }, (_, index) => `${String(index).padStart(4, '0')} ${'y'.repeat(65)}`),
      ],
    ] as const) {
      await variant(name, async (verify) => {
        const sent = await sendMessage(services, { token: `${nonce}-${body.length}`, body });
        const stored = await takenMessage(services, verify, sent, `a message with ${name}`);
        if (!stored) return;
        const demand = `a message with ${name} arrives as it was sent`;
        const seen = `the longest of ${longest(services, stored.body)} octets`;
        if (stored.body.includes(services.bytes.lines(...body)))
          verify.met(demand, `the same lines, ${seen}`);
        else verify.missed(demand, { expected: 'the same lines', actual: `other lines, ${seen}` });
      });
    }
  },
);

/** Addresses that reach the account: with a detail each where these are accepted, else always the same. */
async function addressesOf(services: Services): Promise<readonly string[]> {
  const { address } = services.account();
  const at = address.lastIndexOf('@');
  const detailed = (detail: number) => `${address.slice(0, at)}+${detail}${address.slice(at)}`;
  const { client } = await beginTransaction(services);
  const probe = await client.command(`RCPT TO:<${detailed(0)}>`);
  await client.quit();
  return Array.from({ length: RECIPIENTS }, (_, index) => (isPositive(probe) ? detailed(index) : address));
}

/** Octets of the longest line. */
function longest({ bytes }: Services, octets: Buffer): number {
  const lines = octets.toString('latin1').split(bytes.CRLF.toString('latin1'));
  return Math.max(...lines.map(({ length }) => length));
}
