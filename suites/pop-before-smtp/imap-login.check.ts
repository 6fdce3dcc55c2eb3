import { check, type Services } from '../../harness/check/check.ts';
import { assertClosedBefore, assertMxServesStrangers } from './controls.ts';
import { measurableWindow, seconds, windowWait } from './feature.ts';
import { LOGIN_CHECK } from './login-check.ts';
import { logIn } from './mailbox-login.ts';
import { attemptRelay, type RelayEnvelope } from './relay-attempt.ts';
import { judgeRefused, watchRelay } from './relay-watch.ts';
import { attemptAfter, firstPassed, openWindow } from './window.ts';

export const imapLoginOpensNoOtherWindow = check(
  {
    ...LOGIN_CHECK,
    id: 'PBS-010',
    slug: 'imap-login-opens-no-other-window',
    title: 'An IMAP login opens no window, or the declared one with the same rules as a POP3 login',
    sends:
      'an IMAP login; afterwards messages of the account to somebody elsewhere, where a window is declared also from a neighbour and after its end',
    demands: 'an undeclared window is not there; a declared one serves its address alone and closes in time',
    level: 'policy',
    severity: 'low',
    roles: ['imap', 'imaps'],
    needs: ['account', 'dns', 'sink', 'ip2'],
    waits: windowWait,
    limits: ['Failed IMAP logins are the matter of PBS-004.'],
    kills: ['imap-login-opens-relay'],
  },
  async (services) => {
    const { lab, target, account, verify } = services;
    assertMxServesStrangers(services);
    const envelope = { from: lab().unusedVantage(), sender: account().address };
    if (target.claims.popBeforeSmtp?.imap) return judgeDeclared(services, envelope);
    await assertClosedBefore(services, [envelope]);
    const login = await logIn(services, envelope.from, 'imap');
    for (const { attempts } of await watchRelay(services, [envelope], login.endedAt))
      await judgeRefused(services, verify, attempts, 'mail without AUTH is refused after an IMAP login');
  },
);

/** What holds for the window of a POP3 login holds for that of an IMAP login. */
async function judgeDeclared(services: Services, { from, sender }: RelayEnvelope): Promise<void> {
  const { lab, verify } = services;
  const declared = measurableWindow(services);
  const window = await openWindow(services, from, 'imap', declared);
  if (!firstPassed(verify, window, declared, 'an IMAP login')) return;
  const neighbour = await attemptRelay(services, { from: lab().unusedVantage(), sender });
  const alone = 'a neighbour may not send in the window of an IMAP login';
  await judgeRefused(services, verify, [neighbour], alone, { others: 'may' });
  const after = await attemptAfter(services, window, declared);
  const closed = `the window of an IMAP login is closed ${seconds(after.askedAt - window.login.endedAt)} after it`;
  await judgeRefused(services, verify, [after], closed);
}
