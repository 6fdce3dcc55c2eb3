import { check } from '../../harness/check/check.ts';
import { assertClosedBefore, assertMxServesStrangers } from './controls.ts';
import { declaredWindow } from './feature.ts';
import { LOGIN_CHECK } from './login-check.ts';
import { isPositive, openMailbox } from './mailbox-login.ts';
import { judgeRefused, watchRelay } from './relay-watch.ts';

export const cleartextLoginOpensNothing = check(
  {
    ...LOGIN_CHECK,
    id: 'PBS-009',
    slug: 'cleartext-login-opens-nothing',
    title: 'The login that opens the window is protected: in the clear it is refused, or opens nothing',
    sends:
      'USER and PASS to 110 without STLS; where they log in, messages of the account to somebody elsewhere',
    demands: 'the login is refused, or every message is',
    level: 'SHOULD',
    severity: 'high',
    clauses: ['rfc8314#4', 'rfc8314#4.1', 'rfc2595#2.3'],
    roles: ['pop3'],
    kills: ['pop-before-smtp-opened-by-cleartext-login'],
  },
  async (services) => {
    const { lab, pop3, verify, account, cleartextAccount, inconclusive } = services;
    declaredWindow(services);
    assertMxServesStrangers(services);
    const refused = 'a login in the clear is refused';
    const client = await pop3({ role: 'pop3', vantage: lab().unusedVantage().name });
    const user = await client.command(`USER ${account().login}`);
    await client.quit();
    if (user.status !== '+OK') {
      verify.reply(user, refused).status('-ERR');
      return;
    }
    const permitted = cleartextAccount();
    if (!permitted)
      return inconclusive(
        'precondition',
        'USER is taken in the clear, and no account is declared whose password may travel there.',
      );
    const envelope = { from: lab().unusedVantage(), sender: permitted.address };
    await assertClosedBefore(services, [envelope]);
    const session = await openMailbox(services, 'pop3', { role: 'pop3', vantage: envelope.from.name });
    const entered = await session.logIn(permitted);
    await session.leave();
    if (!isPositive(entered)) {
      verify.reply(entered, refused).status('-ERR');
      return;
    }
    for (const { attempts } of await watchRelay(services, [envelope], performance.now()))
      await judgeRefused(services, verify, attempts, 'a login in the clear opens nothing');
  },
);
