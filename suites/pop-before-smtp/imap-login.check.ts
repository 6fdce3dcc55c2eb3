import { check, type Services, type Verify } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { assertClosedBefore, assertStrangersAreServed } from './controls.ts';
import { type DeclaredWindow, loginEffectTimes, measurableWindow, seconds, windowWait } from './feature.ts';
import { imapRole, logIn } from './mailbox-login.ts';
import { attemptRelay, type RelayEnvelope } from './relay-attempt.ts';
import { judgeRefused, watchRelay } from './relay-watch.ts';
import { attemptAfter, openWindow } from './window.ts';

export const imapLoginOpensNoOtherWindow = check(
  {
    id: 'PBS-010',
    slug: 'imap-login-opens-no-other-window',
    title: 'An IMAP login opens no window, or the declared one with the same rules as a POP3 login',
    sends:
      'an IMAP login; afterwards messages of the account to somebody elsewhere, where a window is declared also from a neighbour and behind its end',
    demands: 'an undeclared window is not there; a declared one serves its address alone and closes in time',
    level: 'policy',
    severity: 'low',
    clauses: ['rfc5068#3.2', 'rfc6409#3.3'],
    roles: ['imap', 'imaps'],
    per: 'target',
    needs: ['account', 'dns', 'sink', 'ip2'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '60s',
    considers: [strangersAreServed],
    waits: windowWait,
    connections: 2,
    limits: ['Failed IMAP logins are the matter of PBS-004.'],
    kills: ['imap-login-opens-relay'],
  },
  async (services) => {
    const { lab, target, account, verify, notApplicable } = services;
    if (!target.endpoints.mx) notApplicable('The target has no mx role.', 'declared roles');
    assertStrangersAreServed(services);
    const envelope = { from: lab().unusedVantage(), sender: account().address };
    if (target.claims.popBeforeSmtp?.imap) {
      await judgeDeclared(services, verify, envelope, measurableWindow(services));
      return;
    }
    const role = imapRole(services) ?? services.role;
    await assertClosedBefore(services, [envelope]);
    const login = await logIn(services, envelope.from, role);
    const [attempts = []] = await watchRelay(services, [envelope], login.endedAt, loginEffectTimes(target));
    await judgeRefused(services, verify, attempts, 'mail without AUTH is refused after an IMAP login');
  },
);

/** What holds for the window of a POP3 login holds for that of an IMAP login. */
async function judgeDeclared(
  services: Services,
  verify: Verify,
  { from, sender }: RelayEnvelope,
  declared: DeclaredWindow,
): Promise<void> {
  const role = imapRole(services) ?? services.role;
  const window = await openWindow(services, { from, role, declared });
  const opened = verify.ideally.that(window.first !== null, {
    demand: 'the declared window is opened by an IMAP login',
    expected: `mail of the account passes within ${seconds(declared.granularityMs)}`,
    actual: window.first?.line ?? window.refusal?.line ?? 'a report to the sender later',
  });
  if (!opened) return;
  const neighbour = await attemptRelay(services, { from: services.lab().unusedVantage(), sender });
  await judgeRefused(
    services,
    verify,
    [neighbour],
    'a neighbour may not send in the window of an IMAP login',
    {
      others: 'may',
    },
  );
  const behind = await attemptAfter(services, window, declared);
  await judgeRefused(
    services,
    verify,
    [behind],
    `the window of an IMAP login is closed ${seconds(behind.askedAt - window.login.endedAt)} after it`,
  );
}
