import { check } from '../../harness/check/check.ts';
import { MAILDROP, numberOf, ownMail, withOwnMail } from './own-mail.ts';

export const listingsAgree = check(
  {
    id: 'POP3-004',
    slug: 'listings-agree-and-persist',
    title: 'STAT, LIST and UIDL have their formats, agree, and name messages for good',
    sends:
      'STAT, LIST, UIDL and RETR over three own messages; then an end without QUIT, and one with QUIT that removes the first of them',
    demands:
      'STAT tells the sum of LIST, sizes are those of RETR, unique-ids are unique, well formed and the same in every session',
    level: 'SHOULD',
    severity: 'low',
    clauses: ['rfc1939#5', 'rfc1939#7', 'rfc1939#11'],
    roles: ['pop3', 'pop3s'],
    needs: ['account'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '40s',
    resources: [MAILDROP],
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
      verify.that(new RegExp(`^\\+OK ${sizes.size} ${sum}( |$)`).test(stat.line), {
        demand: 'STAT tells how many messages there are and the sum of their sizes, as LIST does',
        expected: `+OK ${sizes.size} ${sum}`,
        actual: stat.line,
      });
      verify.that(lines.length === sizes.size, {
        demand: 'every line of LIST is a message number and a size',
        expected: 'a number, a space and a size',
        actual: lines.filter((each) => !/^\d+ \d+( |$)/.test(each)).join(' / ') || 'numbers and sizes',
      });
      const ids = await client.uidl();
      if (ids.reply.status !== '+OK')
        notApplicable('The server has no UIDL, which is optional.', ids.reply.text);
      verify.that(ids.lines.length === ids.ids.size, {
        demand: 'unique-ids have 1 to 70 characters from 0x21 to 0x7E',
        expected: 'a number, a space and a unique-id',
        actual: ids.lines.filter((each) => !/^\d+ [\x21-\x7e]{1,70}$/.test(each)).join(' / ') || 'unique-ids',
      });
      verify.that(new Set(ids.ids.values()).size === ids.ids.size, {
        demand: 'no two messages have the same unique-id',
        expected: `${ids.ids.size} different ids`,
        actual: `${new Set(ids.ids.values()).size} different ids`,
      });

      const before = new Map<string, string | undefined>();
      for (const label of labels) {
        const number = numberOf(services, session, label);
        before.set(label, ids.ids.get(number));
        const one = await client.command(`LIST ${number}`);
        verify.that(one.line.startsWith(`+OK ${number} ${sizes.get(number)}`), {
          demand: 'LIST of one message tells what LIST of all tells',
          expected: `+OK ${number} ${sizes.get(number)}`,
          actual: one.line,
        });
        const id = await client.command(`UIDL ${number}`);
        verify.that(id.line === `+OK ${number} ${ids.ids.get(number)}`, {
          demand: 'UIDL of one message tells what UIDL of all tells',
          expected: `+OK ${number} ${ids.ids.get(number)}`,
          actual: id.line,
        });
        const octets = (await client.retr(number)).bytes?.length;
        verify.ideally.that(octets === sizes.get(number), {
          demand: 'the size in LIST is that of the message as RETR sends it',
          expected: `${octets} octets`,
          actual: `${sizes.get(number)} octets`,
        });
      }
      client.connection.close();

      const second = await open();
      const again = await second.client.uidl();
      for (const label of labels) {
        verify.that(again.ids.get(numberOf(services, second, label)) === before.get(label), {
          demand: `the ${label} message keeps its unique-id after an end without QUIT`,
          expected: before.get(label) ?? 'an id',
          actual: again.ids.get(numberOf(services, second, label)) ?? 'none',
        });
      }
      await second.client.command(`DELE ${numberOf(services, second, 'first')}`);
      await second.client.quit();

      const third = await open();
      const left = (await third.client.uidl()).ids;
      for (const label of ['second', 'third']) {
        verify.that(left.get(numberOf(services, third, label)) === before.get(label), {
          demand: `the ${label} message keeps its unique-id when another message is removed`,
          expected: before.get(label) ?? 'an id',
          actual: left.get(numberOf(services, third, label)) ?? 'none',
        });
      }
      await third.client.quit();
    });
  },
);
