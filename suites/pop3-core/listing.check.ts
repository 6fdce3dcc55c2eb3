import { check, type Verify } from '../../harness/check/check.ts';
import { type MaildropSession, OWN_MAIL, ownMail, withOwnMail } from './own-mail.ts';

export const listingsAgree = check(
  {
    ...OWN_MAIL,
    id: 'POP3-004',
    slug: 'listings-agree-and-persist',
    title: 'STAT, LIST and UIDL have their formats, agree, and name messages for good',
    sends:
      'STAT, LIST, UIDL and RETR over three own messages; then an end without QUIT, and one with QUIT that removes the first of them',
    demands:
      'STAT tells the sum of LIST, sizes are those of RETR, unique-ids are unique, well formed and the same in every session',
    level: 'SHOULD',
    severity: 'low',
    clauses: ['rfc1939#5', 'rfc1939#7', 'rfc1939#11', 'rfc1939#4'],
    budget: '40s',
    kills: ['pop3-uidl-is-message-number'],
  },
  async (services) => {
    const { verify, notApplicable } = services;
    const labels = ['first', 'second', 'third'];
    const mail = labels.map((label) =>
      ownMail(services, label, label === 'second' ? ['.', '..', '.leading dots'] : undefined),
    );
    await withOwnMail(services, mail, async (open) => {
      const session = await open();
      const { client } = session;
      const stat = await client.command('STAT');
      const { sizes, lines } = await client.list();
      const sum = [...sizes.values()].reduce((total, size) => total + size, 0);
      verify.matches(stat.line, new RegExp(`^\\+OK ${sizes.size} ${sum}( |$)`), {
        demand: 'STAT tells how many messages there are and the sum of their sizes, as LIST does',
        expected: `+OK ${sizes.size} ${sum}`,
      });
      verifyLines(verify, lines, sizes, /^\d+ \d+( |$)/, {
        demand: 'every line of LIST is a message number and a size',
        expected: 'a number, a space and a size',
      });
      const ids = await client.uidl();
      if (ids.reply.status !== '+OK')
        notApplicable('The server has no UIDL, which is optional.', ids.reply.text);
      verifyLines(verify, ids.lines, ids.ids, /^\d+ [\x21-\x7e]{1,70}$/, {
        demand: 'unique-ids have 1 to 70 characters from 0x21 to 0x7E',
        expected: 'a number, a space and a unique-id',
      });
      verify.equal(new Set(ids.ids.values()).size, ids.ids.size, 'no two messages have the same unique-id');

      const before = new Map<string, string | undefined>();
      for (const label of labels) {
        const number = session.number(label);
        before.set(label, ids.ids.get(number));
        const one = await client.command(`LIST ${number}`);
        verify.that(one.line.startsWith(`+OK ${number} ${sizes.get(number)}`), {
          demand: 'LIST of one message tells what LIST of all tells',
          expected: `+OK ${number} ${sizes.get(number)}`,
          actual: one.line,
        });
        const id = await client.command(`UIDL ${number}`);
        verify.equal(
          id.line,
          `+OK ${number} ${ids.ids.get(number)}`,
          'UIDL of one message tells what UIDL of all tells',
        );
        const octets = (await client.retr(number)).bytes?.length;
        verify.ideally.equal(
          sizes.get(number),
          octets,
          'the size in LIST is that of the message as RETR sends it',
        );
      }
      client.connection.close();

      const verifyIds = async (session: MaildropSession, of: readonly string[], when: string) => {
        const now = (await session.client.uidl()).ids;
        for (const label of of)
          verify.equal(
            now.get(session.number(label)),
            before.get(label),
            `the ${label} message keeps its unique-id ${when}`,
          );
      };
      const second = await open();
      await verifyIds(second, labels, 'after an end without QUIT');
      await second.client.command(`DELE ${second.number('first')}`);
      await second.client.quit();

      const third = await open();
      await verifyIds(third, ['second', 'third'], 'when another message is removed');
      await third.client.quit();
    });
  },
);

/** Every line of a listing has its form, and no message number comes twice. */
function verifyLines(
  verify: Verify,
  lines: readonly string[],
  read: ReadonlyMap<number, unknown>,
  form: RegExp,
  statement: { readonly demand: string; readonly expected: string },
): void {
  const others = lines.filter((each) => !form.test(each)).join(' / ');
  verify.that(lines.length === read.size, {
    ...statement,
    actual: others || `${lines.length} lines about ${read.size} messages`,
  });
}
