import { check } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { assertClosedBefore, assertStrangersAreServed } from './controls.ts';
import { declaredWindow, effectWait, loginEffectTimes } from './feature.ts';
import { enterMaildrop } from './mailbox-login.ts';
import { judgeRefused, watchRelay } from './relay-watch.ts';

export const cleartextLoginOpensNothing = check(
  {
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
    per: 'target',
    needs: ['account', 'dns', 'sink', 'vantage'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '60s',
    considers: [strangersAreServed],
    waits: effectWait,
    connections: 2,
    kills: ['pop-before-smtp-opened-by-cleartext-login'],
  },
  async (services) => {
    const { lab, target, pop3, verify, cleartextAccount, inconclusive, notApplicable } = services;
    declaredWindow(services);
    if (!target.endpoints.mx) notApplicable('The target has no mx role.', 'declared roles');
    assertStrangersAreServed(services);
    const client = await pop3({ role: 'pop3', vantage: lab().unusedVantage().name });
    const user = await client.command(`USER ${services.account().login}`);
    await client.quit();
    if (user.status !== '+OK') {
      verify.reply(user, 'a login in the clear is refused').status('-ERR');
      return;
    }
    const account = cleartextAccount();
    if (!account) {
      inconclusive(
        'precondition',
        'USER is taken in the clear, and no account is declared whose password may travel there.',
      );
      return;
    }
    const envelope = { from: lab().unusedVantage(), sender: account.address };
    await assertClosedBefore(services, [envelope]);
    const session = await pop3({ role: 'pop3', vantage: envelope.from.name });
    const entered = await enterMaildrop(services, session, account);
    await session.quit();
    if (entered.status !== '+OK') {
      verify.reply(entered, 'a login in the clear is refused').status('-ERR');
      return;
    }
    const [attempts = []] = await watchRelay(
      services,
      [envelope],
      performance.now(),
      loginEffectTimes(target),
    );
    await judgeRefused(services, verify, attempts, 'a login in the clear opens nothing');
  },
);
