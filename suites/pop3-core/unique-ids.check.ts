import { check } from '../../harness/check/check.ts';
import { OWN_MAIL, ownMail, withOwnMail } from './own-mail.ts';

export const uniqueIdsAreNotGivenAgain = check(
  {
    ...OWN_MAIL,
    id: 'POP3-018',
    slug: 'unique-ids-are-not-given-again',
    title: 'The unique-id of a message that is gone is not given to another one',
    sends: 'UIDL of a message, DELE and QUIT; then another message, and UIDL in a new session',
    demands: 'the new message has a unique-id that no message had before',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc1939#7'],
    budget: '40s',
    limits: [
      'A mail program that leaves mail on the server takes a message with a known unique-id for one that it has, and never shows it.',
      'Ids that come back after more than one deletion, or after a restart of the server, are not seen.',
    ],
    kills: ['pop3-gives-unique-ids-again'],
  },
  async (services) => {
    const { verify, inconclusive, notApplicable, note } = services;
    const earlier = new Set<string>();
    let gone = '';
    await withOwnMail(services, [ownMail(services, 'first')], async (open) => {
      const session = await open();
      const { client } = session;
      const number = session.number('first');
      const { ids, reply } = await client.uidl();
      if (reply.status !== '+OK') notApplicable('The server has no UIDL, which is optional.', reply.text);
      gone = ids.get(number) ?? inconclusive('precondition', 'UIDL does not tell the id of the message.');
      for (const id of ids.values()) earlier.add(id);
      await client.command(`DELE ${number}`);
      await client.quit();
      const later = await open();
      if (later.numbers.has('first'))
        inconclusive('precondition', 'The message that was marked is still there after QUIT.');
      await later.client.quit();
    });
    // Not the same text: a unique-id may be a hash of the message (RFC 1939 §7).
    await withOwnMail(services, [ownMail(services, 'second')], async (open) => {
      const session = await open();
      const { ids } = await session.client.uidl();
      const found = ids.get(session.number('second'));
      note(`the message that is gone had ${gone}`);
      verify.that(found !== undefined && !earlier.has(found), {
        demand: 'a new message has a unique-id that no message had before',
        expected: `an id other than ${gone} and those of the other messages`,
        actual: found ?? 'no id',
      });
      await session.client.quit();
    });
  },
);
