import { check, type Verify } from '../../harness/check/check.ts';
import { OWN_MAIL, ownMail, withOwnMail } from './own-mail.ts';

/** Lines that a server which does not stuff takes for the end or for replies; 998 is the longest (RFC 5322 §2.1.1). */
const BODY = ['.', '..', '.x', '+OK forged', '-ERR forged', 'L'.repeat(998), '', 'the last line'];

export const messagesArriveUnchanged = check(
  {
    ...OWN_MAIL,
    id: 'POP3-005',
    slug: 'retr-and-top-are-byte-stuffed',
    title: 'RETR and TOP are byte-stuffed and unchanged',
    sends: 'RETR, and TOP with 0, 3 and 100000 lines, over a message with lines of dots and of replies',
    demands: 'the message comes as it was sent, TOP sends the header and so many lines of the body',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc1939#3', 'rfc1939#5', 'rfc1939#7', 'rfc2449#3'],
    budget: '30s',
    limits: ['Fields that the server puts in front of the message do not count.'],
    kills: ['pop3-does-not-stuff', 'pop3-top-ignores-line-count'],
  },
  async (services) => {
    const { bytes, variant } = services;
    const mail = ownMail(services, 'dots', BODY, { unended: true });
    await withOwnMail(services, [mail], async (open) => {
      const head = mail.content.subarray(
        0,
        mail.content.indexOf(bytes.lines('', '')) + 2 * bytes.CRLF.length,
      );
      const whole = Buffer.concat([mail.content, bytes.CRLF]);
      await variant('RETR', async (verify) => {
        const session = await open();
        const { reply, bytes: got } = await session.client.retr(session.number('dots'));
        verify.reply(reply, 'RETR is taken').status('+OK');
        same(verify, 'RETR sends the message as it is', whole, got);
        const next = await session.client.attempt('NOOP');
        verify.answer(next, 'the reply to the next command follows the message', { statuses: ['+OK'] });
        if (next.kind === 'reply') await session.client.quit();
      });
      for (const count of [0, 3, 100_000]) {
        await variant(`TOP with ${count} lines`, async (verify) => {
          const session = await open();
          const { reply, bytes: got } = await session.client.top(session.number('dots'), count);
          if (!verify.ideally.reply(reply, 'TOP is offered').status('+OK')) return;
          const expected =
            count < BODY.length ? Buffer.concat([head, bytes.lines(...BODY.slice(0, count))]) : whole;
          same(verify, `TOP sends the header and ${count} lines of the body`, expected, got);
          await session.client.quit();
        });
      }
    });
  },
);

function same(verify: Verify, demand: string, expected: Buffer, got: Buffer | undefined): void {
  verify.that(got?.subarray(-expected.length).equals(expected) ?? false, {
    demand,
    expected: `${expected.length} octets that end in ${JSON.stringify(expected.subarray(-30).toString('latin1'))}`,
    actual: got
      ? `${got.length} octets that end in ${JSON.stringify(got.subarray(-30).toString('latin1'))}`
      : 'no message',
  });
}
