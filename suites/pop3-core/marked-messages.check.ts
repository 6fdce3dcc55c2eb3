import { check, type Pop3Client, type Verify } from '../../harness/check/check.ts';
import { OWN_MAIL, ownMail, withOwnMail } from './own-mail.ts';

/** Messages that are shown of those that are told otherwise than expected. */
const MOST_SHOWN = 5;

/** What STAT, LIST and UIDL tell at a moment of a session. */
interface Told {
  /** Messages and octets of STAT; undefined where its answer has another form. */
  readonly total: { readonly messages: number; readonly octets: number } | undefined;
  readonly sizes: ReadonlyMap<number, number>;
  /** Undefined where the server has no UIDL, which is optional. */
  readonly ids: ReadonlyMap<number, string> | undefined;
}

export const markedMessagesAreLeftOut = check(
  {
    ...OWN_MAIL,
    id: 'POP3-016',
    slug: 'marked-messages-are-left-out',
    title: 'What DELE marks is left out of STAT, LIST and UIDL, and no other message gets another number',
    sends:
      'STAT, LIST and UIDL before and after DELE of the second of three own messages; LIST and RETR of its number; RETR of the third; RSET and the three again',
    demands:
      'one message and its octets less, the same numbers and unique-ids for the others, and everything as before after RSET',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc1939#5', 'rfc1939#7', 'rfc1939#4'],
    budget: '40s',
    limits: ['Where STAT and LIST have another form than the standard gives them, POP3-004 says so.'],
    kills: ['pop3-counts-marked-messages', 'pop3-renumbers-after-dele'],
  },
  async (services) => {
    const { verify } = services;
    const mail = ['first', 'second', 'third'].map((label) => ownMail(services, label));
    await withOwnMail(services, mail, async (open) => {
      const session = await open();
      const { client } = session;
      const [number, third] = [session.number('second'), session.number('third')];
      const before = await toldBy(client);
      const last = Math.max(...before.sizes.keys());
      verify.equal(before.sizes.size, last, 'messages are numbered from 1 on without a gap');
      const marked = await client.command(`DELE ${number}`);
      if (!verify.reply(marked, 'DELE is taken').status('+OK')) return;
      verifyWithout(verify, before, await toldBy(client), number);

      const line = await client.command(`LIST ${number}`);
      verify.reply(line, 'LIST of a message that is marked is refused').status('-ERR');
      const retrieved = await client.retr(number);
      verify.reply(retrieved.reply, 'RETR of a message that is marked is refused').status('-ERR');
      const next = await client.retr(third);
      const header = next.bytes?.toString('latin1') ?? next.reply.line;
      verify.that(header.includes(`${services.nonce}-third`), {
        demand: 'the number of the message after it stands for the same message as before',
        expected: 'the third message',
        actual: /^Subject: .*$/m.exec(header)?.[0] ?? header.slice(0, 200),
      });

      verify.reply(await client.command('RSET'), 'RSET is taken').status('+OK');
      const again = await toldBy(client);
      verify.equal(totalOf(again), totalOf(before), 'after RSET, STAT counts every message');
      verifySame(verify, again.sizes, before.sizes, 'after RSET, LIST tells every message under its number');
      if (before.ids)
        verifySame(verify, again.ids ?? new Map(), before.ids, 'after RSET, UIDL tells every message');
      await client.quit();
    });
  },
);

/** What is told after DELE is what was told before, less the message that is marked. */
function verifyWithout(verify: Verify, before: Told, after: Told, number: number): void {
  const size = before.sizes.get(number);
  if (before.total && size !== undefined) {
    const { messages, octets } = before.total;
    verify.equal(
      totalOf(after),
      `${messages - 1} messages, ${octets - size} octets`,
      'STAT does not count a message that is marked',
    );
  }
  const demand = 'leaves out the message that is marked, and that one alone';
  verifySame(verify, after.sizes, without(before.sizes, number), `LIST ${demand}`);
  if (before.ids) verifySame(verify, after.ids ?? new Map(), without(before.ids, number), `UIDL ${demand}`);
}

function totalOf({ total }: Told): string {
  return total ? `${total.messages} messages, ${total.octets} octets` : 'no numbers';
}

async function toldBy(client: Pop3Client): Promise<Told> {
  const { rest } = await client.command('STAT');
  const [, messages, octets] = /^(\d{1,10}) (\d{1,15})(?: |$)/.exec(rest) ?? [];
  const { sizes } = await client.list();
  const { reply, ids } = await client.uidl();
  return {
    total: messages && octets ? { messages: Number(messages), octets: Number(octets) } : undefined,
    sizes,
    ids: reply.status === '+OK' ? ids : undefined,
  };
}

function without<Value>(told: ReadonlyMap<number, Value>, number: number): ReadonlyMap<number, Value> {
  return new Map([...told].filter(([each]) => each !== number));
}

/** Shows what differs alone: a maildrop may hold thousands of messages. */
function verifySame<Value extends string | number>(
  verify: Verify,
  actual: ReadonlyMap<number, Value>,
  expected: ReadonlyMap<number, Value>,
  demand: string,
): void {
  const numbers = new Set([...expected.keys(), ...actual.keys()]);
  const different = [...numbers].filter((number) => actual.get(number) !== expected.get(number));
  const shown = (told: ReadonlyMap<number, Value>) =>
    different.slice(0, MOST_SHOWN).map((number) => `${number} ${told.get(number) ?? 'is not there'}`);
  verify.that(different.length === 0, {
    demand,
    expected: shown(expected).join(', ') || `${expected.size} messages`,
    actual: shown(actual).join(', ') || `${actual.size} messages`,
  });
}
