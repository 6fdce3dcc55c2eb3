import { check } from '../../harness/check/check.ts';
import { OWN_MAIL, ownMail, withOwnMail } from './own-mail.ts';

/** What only a user who logged in may do, and what is no command (RFC 1939 §3, §5, §7). */
const BEFORE_LOGIN = ['STAT', 'LIST', 'RETR 1', 'DELE 1', 'RSET', 'TOP 1 0', 'UIDL', 'XBOGUS', ''];
/** Commands of another state, and numbers that no message has. */
const BEHIND_LOGIN = ['USER x', 'APOP x y', 'RETR 0', 'RETR 999999', 'RETR -1', 'RETR abc', 'XBOGUS'];

export const commandsKeepToTheirState = check(
  {
    ...OWN_MAIL,
    id: 'POP3-002',
    slug: 'commands-keep-to-their-state',
    title: 'Unknown, invalid and out-of-state commands get -ERR and the session continues',
    sends:
      'mailbox commands, PASS without USER and an unknown command before the login; after it commands of the other state and message numbers that do not exist',
    demands: 'each gets one -ERR, and the session goes on',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc1939#3', 'rfc1939#5', 'rfc1939#4', 'rfc1939#7'],
    budget: '60s',
    limits: ['Before the login each command has a connection of its own: servers count errors there.'],
    kills: [
      'pop3-serves-mailbox-without-login',
      'pop3-takes-any-message-number',
      'pop3-takes-pass-without-user',
    ],
  },
  async (services) => {
    const { account, pop3, variant } = services;
    for (const command of BEFORE_LOGIN) {
      await variant(`${command || 'an empty line'} before the login`, async (verify) => {
        const client = await pop3({ at: 'tls' });
        const refused = verify.answer(await client.attempt(command), 'the command is refused', {
          statuses: ['-ERR'],
        });
        // After a +OK lines may follow that were not asked for here.
        if (!refused) return;
        verify.ideally.answer(await client.attempt('QUIT'), 'the session goes on', { statuses: ['+OK'] });
      });
    }
    await variant('PASS without USER', async (verify) => {
      const client = await pop3({ at: 'tls' });
      const { password } = account();
      const answer = await client.attempt(`PASS ${password}`, { secrets: [Buffer.from(password)] });
      verify.answer(answer, 'a password without a user is refused', { statuses: ['-ERR'], closed: true });
    });
    await variant('NOOP before the login', async (verify) => {
      const client = await pop3({ at: 'tls' });
      verify.ideally.answer(await client.attempt('NOOP'), 'NOOP is refused before the login', {
        statuses: ['-ERR'],
        closed: true,
      });
    });
    await withOwnMail(services, [ownMail(services, 'only')], async (open) => {
      for (const command of BEHIND_LOGIN) {
        await variant(`${command} after the login`, async (verify) => {
          const { client } = await open();
          if (!verify.reply(await client.command(command), 'the command is refused').status('-ERR')) return;
          verify
            .reply(await client.command('stat'), 'keywords in lower case work, and the session goes on')
            .status('+OK');
          await client.quit();
        });
      }
      await variant('DELE twice, and TOP without a number of lines', async (verify) => {
        const session = await open();
        const { client } = session;
        const number = session.number('only');
        const incomplete = await client.command(`TOP ${number}`);
        if (!verify.reply(incomplete, 'TOP without a number of lines is refused').status('-ERR')) return;
        verify.reply(await client.command(`DELE ${number}`), 'DELE is taken once').status('+OK');
        verify
          .reply(await client.command(`DELE ${number}`), 'DELE is refused the second time')
          .status('-ERR');
        verify.reply(await client.command('RSET'), 'RSET is taken').status('+OK');
        await client.quit();
      });
    });
  },
);
