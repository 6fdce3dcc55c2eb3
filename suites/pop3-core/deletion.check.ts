import { check, type Services, type Verify } from '../../harness/check/check.ts';
import { MAILDROP, numberOf, type OpenSession, ownMail, withOwnMail } from './own-mail.ts';

/** The message must be in the maildrop as a session that begins now sees it. */
async function verifyKept(
  verify: Verify,
  services: Services,
  open: OpenSession,
  demand: string,
): Promise<void> {
  // A server may still be busy with the end of the session before.
  await services.pause(services.target.timing.quietMs);
  const { client, numbers } = await open();
  verify.that(numbers.has('only'), {
    demand,
    expected: 'the message',
    actual: numbers.has('only') ? 'the message' : 'no such message',
  });
  await client.quit();
}

export const deletionNeedsQuit = check(
  {
    id: 'POP3-006',
    slug: 'deletion-needs-quit',
    title: 'Deletion happens only after QUIT; RSET undoes it; a session that breaks off deletes nothing',
    sends:
      'DELE and the end of the connection; DELE, RSET and QUIT; DELE and QUIT; RETR and an end in the middle of it',
    demands: 'nothing is removed without QUIT, nor after RSET',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc1939#6', 'rfc1939#5'],
    roles: ['pop3', 'pop3s'],
    needs: ['account'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '60s',
    resources: [MAILDROP],
    kills: ['pop3-dele-removes-at-once', 'pop3-updates-without-quit'],
  },
  async (services) => {
    const { variant, bytes } = services;
    const only = () => [ownMail(services, 'only')];
    await variant('DELE and the end of the connection', (verify) =>
      withOwnMail(services, only(), async (open) => {
        const session = await open();
        await session.client.command(`DELE ${numberOf(services, session, 'only')}`);
        session.client.connection.close();
        await verifyKept(verify, services, open, 'a message marked in a session that breaks off is kept');
      }),
    );
    await variant('DELE, RSET and QUIT', (verify) =>
      withOwnMail(services, only(), async (open) => {
        const session = await open();
        const { client } = session;
        await client.command(`DELE ${numberOf(services, session, 'only')}`);
        verify.reply(await client.command('RSET'), 'RSET is taken').status('+OK');
        await client.quit();
        await verifyKept(verify, services, open, 'RSET undoes the mark');
      }),
    );
    await variant('DELE, RETR of another and an end in the middle of it', (verify) =>
      withOwnMail(
        services,
        [...only(), ownMail(services, 'long', Array<string>(4_000).fill('another line of the minutes'))],
        async (open) => {
          const session = await open();
          const { client } = session;
          await client.command(`DELE ${numberOf(services, session, 'only')}`);
          client.raw(bytes.line(`RETR ${numberOf(services, session, 'long')}`));
          await client.reply('the reply to RETR');
          client.connection.close();
          await verifyKept(verify, services, open, 'a message marked in a session that breaks off is kept');
        },
      ),
    );
    await variant('DELE and QUIT', (verify) =>
      withOwnMail(services, only(), async (open) => {
        const session = await open();
        const { client } = session;
        verify
          .reply(await client.command(`DELE ${numberOf(services, session, 'only')}`), 'DELE is taken')
          .status('+OK');
        await client.quit();
        const { client: later, numbers } = await open();
        verify.ideally.that(!numbers.has('only'), {
          demand: 'DELE and QUIT remove the message',
          expected: 'no such message',
          actual: numbers.has('only') ? 'the message' : 'no such message',
        });
        await later.quit();
      }),
    );
  },
);
