import { check, type Services, type SmtpClient } from '../../harness/check/check.ts';
import { isPositive, isUnknown, lineOf } from '../../harness/steps/replies.ts';
import { openAnonymous, openSender } from './session.ts';
import { DIALOGUE } from './smtp-check.ts';

/** How long a server may take to close after its farewell, in milliseconds. */
const FAREWELL_MS = 5_000;

export const commandsAreKnown = check(
  {
    id: 'SMTP-002',
    slug: 'commands-are-known',
    title:
      'Required verbs work in any letter case; unknown verbs get 500 and the session continues; QUIT gets 221',
    sends:
      'eHlO, nOoP, rSeT, mAiL, rCpT, dAtA without a transaction and with one; an unknown verb and NOOP; RSET and QUIT with a parameter; QUIT',
    demands:
      'each verb is known, the unknown one is answered and the session goes on, QUIT is answered by 221 and the end of the connection',
    level: 'MUST',
    severity: 'low',
    clauses: [
      'rfc5321#4.5.1',
      'rfc5321#2.4',
      'rfc5321#3.8',
      'rfc5321#4.1.1.9',
      'rfc5321#4.1.1.10',
      'rfc5321#4.2.4',
      'rfc5321#2.2.1',
      'rfc5321#4.1.1',
      'rfc5321#4.1.1.5',
      'rfc5321#4.1.5',
      'rfc5321#4.3.2',
    ],
    ...DIALOGUE,
    budget: '20s',
    kills: ['smtp-knows-verbs-in-upper-case-only', 'smtp-closes-on-unknown-verb', 'smtp-leaves-without-221'],
  },
  async (services) => {
    const { smtp, verify, helloName, nonce } = services;
    const known = async (client: SmtpClient, text: string) => {
      const reply = await client.command(text);
      const [verb = ''] = text.split(/[ :]/, 1);
      const demand = `the verb ${verb.toUpperCase()} is known in any letter case`;
      const actual = `${verb}: ${lineOf(reply)}`;
      if (!isUnknown(reply)) verify.met(demand, actual);
      else {
        // Some say so of a verb that they know, where it is out of place.
        const upper = await client.command(
          text.replace(/^[a-z]+(?: (?:from|to):)?/i, (word) => word.toUpperCase()),
        );
        if (isUnknown(upper)) verify.met(demand, `${actual}, as in upper case`);
        else
          verify.missed(demand, {
            expected: `the same reply as in upper case: ${lineOf(upper)}`,
            actual,
          });
      }
      return reply;
    };
    // Its first hello: not every server takes another one, which is not what is asked here.
    const stranger = await smtp();
    verify.reply(await known(stranger, `eHlO ${helloName}`), 'eHlO is taken').code(250);
    await stranger.quit();

    const first = await openAnonymous(services);
    verify.reply(await known(first, 'nOoP'), 'nOoP is taken').code(250);
    verify.ideally.reply(await first.command('NOOP nothing'), 'a parameter of NOOP is ignored').code(250);
    verify.reply(await known(first, 'rSeT'), 'rSeT is taken').code(250);
    await known(first, 'rCpT tO:<postmaster>');
    await first.quit();

    const { client: second, from } = await openSender(services);
    const mail = await known(second, `mAiL fRoM:<${from}>`);
    const data = isPositive(mail) ? await known(second, 'dAtA') : undefined;
    if (data?.code === 354) second.connection.close();
    else await second.quit();

    const third = await openAnonymous(services);
    const unknown = await third.attempt(`X${nonce}`);
    if (verify.answer(unknown, 'an unknown verb is answered', { codeClasses: [5] })) {
      if (unknown.kind === 'reply')
        verify.ideally.reply(unknown.reply, 'an unknown verb is told to be unknown').code(500, 502);
      const later = await third.attempt('NOOP');
      verify.answer(later, 'the session goes on after an unknown verb', { codeClasses: [2] });
    }
    third.connection.close();
    await farewells(services);
  },
);

/** QUIT and RSET, with a parameter that they do not take and without. */
async function farewells(services: Services): Promise<void> {
  const { verify } = services;
  const client = await openAnonymous(services);
  verify.ideally.reply(await client.command('RSET extra'), 'RSET with a parameter is refused').code(501);
  const extra = await client.attempt('QUIT extra');
  verify.ideally.answer(extra, 'QUIT with a parameter is refused', { codeClasses: [5] });
  client.connection.close();
  const other = await openAnonymous(services);
  const quit = await other.attempt('QUIT');
  const demand = 'QUIT is answered by 221';
  const answered =
    quit.kind === 'reply'
      ? verify.reply(quit.reply, demand).code(221)
      : verify.missed(demand, { expected: '221', actual: quit.kind });
  if (!answered) return;
  const end = await other.connection.untilEnd(FAREWELL_MS);
  verify.found(end, 'the server closes the connection after its 221', {
    what: `the end of the connection within ${FAREWELL_MS} ms`,
    as: ({ how }) => `the end of the connection (${how})`,
  });
  other.connection.close();
}
