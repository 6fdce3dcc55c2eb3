import { check, MAILDROP } from '../../harness/check/check.ts';
import { logInByImap } from '../../harness/steps/imap-login.ts';
import { whileInUse } from '../../harness/steps/maildrop-in-use.ts';
import { logInByPop3 } from '../../harness/steps/pop3-login.ts';
import { UPGRADE_CHECK } from './upgrade-check.ts';
import { openUpgraded } from './upgrade-session.ts';

export const upgradeAndLoginStayApart = check(
  {
    ...UPGRADE_CHECK,
    id: 'STLS-015',
    slug: 'upgrade-and-login-stay-apart',
    title: 'IMAP and POP3 stay unauthenticated after the upgrade and refuse the upgrade once authenticated',
    sends: 'STAT or SELECT inside TLS without a login; then a login and the upgrade command again',
    demands: 'both are refused',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc3501#6.2.1', 'rfc3501#3.1', 'rfc2595#3.1', 'rfc2595#4', 'rfc9051#3.1', 'rfc9051#6.2.1'],
    roles: ['pop3', 'imap'],
    needs: ['account'],
    budget: '30s',
    resources: [MAILDROP],
    kills: [
      'pop3-serves-mailbox-without-login',
      'imap-serves-mailbox-without-login',
      'upgrade-accepted-after-login',
    ],
  },
  async (services) => {
    const { role, pop3, imap, verify, account, inconclusive } = services;
    if (role === 'pop3') {
      const stranger = await pop3({ at: 'tls' });
      verify.reply(await stranger.command('STAT'), 'no mailbox is served before a login').status('-ERR');
      stranger.connection.close();
      const { client, reply: entered } = await whileInUse(services, account(), async () => {
        const opened = await pop3({ at: 'tls' });
        return { client: opened, reply: await logInByPop3(services, opened, account()) };
      });
      if (entered.status !== '+OK')
        inconclusive('precondition', `The login inside TLS failed: ${entered.text}`);
      verify.reply(await client.command('STLS'), 'STLS is refused after the login').status('-ERR');
      return;
    }
    const client = await imap({ at: 'tls' });
    const { reply } = await client.select('INBOX');
    verify.reply(reply, 'no mailbox is served before a login').status('NO', 'BAD');
    const refusal = await logInByImap(services, client, account());
    if (refusal) inconclusive('precondition', `The login inside TLS failed: ${refusal.text}`);
    verify.reply(await client.command('STARTTLS'), 'STARTTLS is refused after the login').status('NO', 'BAD');
  },
);

export const loginBecomesPossible = check(
  {
    ...UPGRADE_CHECK,
    id: 'STLS-016',
    slug: 'login-becomes-possible',
    title:
      'Capabilities are re-evaluated after the upgrade: a login becomes possible, LOGINDISABLED disappears',
    sends: 'the capability command before TLS and inside it',
    demands: 'inside TLS a login with a password or with SCRAM is offered',
    // The RFCs let a server change its capabilities (MAY); that a service with accounts must offer a
    // login inside TLS is what the upgrade is for.
    level: 'policy',
    severity: 'medium',
    asStranger: true,
    clauses: ['rfc9051#6.2.1', 'rfc3207#4.2', 'rfc4954#3', 'rfc1939#4'],
    roles: ['submission', 'pop3', 'imap'],
    kills: ['imap-keeps-logindisabled-inside-tls', 'smtp-no-auth-inside-tls', 'pop3-no-login-inside-tls'],
  },
  async (services) => {
    const { verify, notApplicable } = services;
    const session = await openUpgraded(services);
    const inside = await session.capabilities();
    if (!inside.answered && session.protocol === 'pop3')
      notApplicable('CAPA is not supported inside TLS.', inside.line);
    const offered = verify.that(inside.offersLogin, {
      demand: 'a login is offered inside TLS',
      expected: 'a password or SCRAM mechanism, and no LOGINDISABLED alone',
      actual: inside.line,
    });
    if (!offered || session.protocol !== 'imap') return;
    verify.that(!inside.line.split(' ').includes('LOGINDISABLED'), {
      demand: 'LOGINDISABLED is gone inside TLS',
      expected: 'no LOGINDISABLED',
      actual: inside.line,
    });
  },
);
