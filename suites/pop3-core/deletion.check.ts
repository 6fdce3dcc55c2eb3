import { check, type Verify } from '../../harness/check/check.ts';
import { type MaildropSession, MESSAGE, OWN_MAIL, type OwnMail, ownMail, withOwnMail } from './own-mail.ts';

export const deletionNeedsQuit = check(
  {
    ...OWN_MAIL,
    id: 'POP3-006',
    slug: 'deletion-needs-quit',
    title: 'Deletion happens only after QUIT; RSET undoes it; a session that breaks off deletes nothing',
    sends:
      'DELE and the end of the connection; DELE, RSET and QUIT; DELE and QUIT; RETR and an end in the middle of it',
    demands: 'nothing is removed without QUIT, nor after RSET',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc1939#6', 'rfc1939#5', 'rfc1939#4'],
    budget: '60s',
    kills: ['pop3-dele-removes-at-once', 'pop3-updates-without-quit'],
  },
  async (services) => {
    const { variant, bytes, pause, target } = services;
    const only = ownMail(services, 'only');
    /** Marks the message, ends the session as told, and looks for it in a session that begins after that. */
    const trial = (
      name: string,
      mail: readonly OwnMail[],
      end: (session: MaildropSession, verify: Verify) => Promise<void>,
      judge: (verify: Verify, number: number | undefined) => void,
    ) =>
      variant(name, (verify) =>
        withOwnMail(services, mail, async (open) => {
          const session = await open();
          const marked = await session.client.command(`DELE ${session.number('only')}`);
          verify.reply(marked, 'DELE is taken').status('+OK');
          await end(session, verify);
          // A server may still be busy with the end of the session before.
          await pause(target.timing.quietMs);
          const { client, numbers } = await open();
          judge(verify, numbers.get('only'));
          await client.quit();
        }),
      );
    const isKept = (demand: string) => (verify: Verify, number: number | undefined) => {
      verify.found(number, demand, MESSAGE);
    };
    const brokenOff = isKept('a message marked in a session that breaks off is kept');

    await trial(
      'DELE and the end of the connection',
      [only],
      async ({ client }) => client.connection.close(),
      brokenOff,
    );
    await trial(
      'DELE, RSET and QUIT',
      [only],
      async ({ client }, verify) => {
        verify.reply(await client.command('RSET'), 'RSET is taken').status('+OK');
        await client.quit();
      },
      isKept('RSET undoes the mark'),
    );
    const long = ownMail(services, 'long', Array<string>(4_000).fill('another line of the minutes'));
    await trial(
      'DELE, RETR of another and an end in the middle of it',
      [only, long],
      async ({ client, number }) => {
        client.raw(bytes.line(`RETR ${number('long')}`));
        await client.reply('the reply to RETR');
        client.connection.close();
      },
      brokenOff,
    );
    await trial(
      'DELE and QUIT',
      [only],
      ({ client }) => client.quit(),
      (verify, number) => {
        verify.ideally.absent(number, 'DELE and QUIT remove the message', MESSAGE);
      },
    );
  },
);
