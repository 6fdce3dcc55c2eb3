import { type Account, check, type Services, type Verify } from '../../harness/check/check.ts';
import { beforeLogin } from '../../harness/steps/before-login.ts';
import { whileInUse } from '../../harness/steps/maildrop-in-use.ts';
import { logInByPop3 } from '../../harness/steps/pop3-login.ts';
import { MESSAGE, OWN_MAIL, ownMail, withOwnMail } from './own-mail.ts';

export const quitKeepsItsWord = check(
  {
    ...OWN_MAIL,
    id: 'POP3-017',
    slug: 'quit-keeps-its-word',
    title: 'QUIT says +OK only where what was marked is gone, ends the connection and frees the maildrop',
    sends: 'QUIT before the login; DELE of a message, QUIT, a login after it, and LIST',
    demands: 'the end of the connection, a maildrop that can be opened, and in it what QUIT said',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc1939#6', 'rfc1939#4'],
    budget: '60s',
    limits: [
      'A maildrop that is in use is waited for up to 20 s; a refusal that does not say IN-USE leaves the check open.',
    ],
    kills: ['pop3-quit-removes-nothing', 'pop3-stays-after-quit', 'pop3-keeps-lock-after-deletion'],
  },
  async (services) => {
    const { variant, pop3, account, pause, target } = services;
    await variant('before the login', async (verify) => {
      const client = await pop3({ at: 'tls' });
      verify.reply(await client.command('QUIT'), 'QUIT is answered +OK').status('+OK');
      verifyEnd(verify, await client.connection.untilEnd(target.timing.replyMs));
    });
    await variant('after DELE', (verify) =>
      withOwnMail(services, [ownMail(services, 'only')], async (open) => {
        const session = await open();
        const { client } = session;
        const marked = await client.command(`DELE ${session.number('only')}`);
        if (!verify.reply(marked, 'DELE is taken').status('+OK')) return;
        const answer = await client.command('QUIT');
        verifyEnd(verify, await client.connection.untilEnd(target.timing.replyMs));
        // A server that does not end the session itself may still hold the maildrop for it.
        client.connection.close();
        await pause(target.timing.quietMs);
        if (!(await verifyFree(services, verify, account()))) return;
        const later = await open();
        const left = later.numbers.get('only');
        if (answer.status === '+OK')
          verify.absent(left, 'QUIT says +OK, and the message that was marked is gone', MESSAGE);
        else verify.ideally.reply(answer, 'QUIT removes what was marked').status('+OK');
        await later.client.quit();
      }),
    );
  },
);

function verifyEnd(verify: Verify, end: { readonly how: string } | undefined): void {
  verify.found(end, 'the server ends the connection after QUIT', {
    what: 'the end of the connection',
    as: ({ how }) => `the end of the connection (${how})`,
  });
}

/** The next login is not refused for a session that is over. */
async function verifyFree(services: Services, verify: Verify, account: Account): Promise<boolean> {
  const { pop3, mailboxes } = services;
  const { client, reply } = await whileInUse(services, account, async () => {
    await mailboxes.untilLogin(account);
    const opened = await pop3({ at: beforeLogin(account) });
    return { client: opened, reply: await logInByPop3(services, opened, account) };
  });
  if (reply.status === '+OK') mailboxes.loggedIn(account);
  await client.quit();
  return verify.that(reply.responseCode !== 'IN-USE', {
    demand: 'QUIT frees the maildrop for the next session',
    expected: 'a login that is not refused for a session that is over',
    actual: reply.text,
  });
}
