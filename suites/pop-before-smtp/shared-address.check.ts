import { check, type Services, type Verify } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { assertStrangersAreServed } from './controls.ts';
import { declaredWindow, effectWait, seconds } from './feature.ts';
import { pop3Role } from './mailbox-login.ts';
import { attemptRelay } from './relay-attempt.ts';
import { judgeRefused } from './relay-watch.ts';
import { earliestEnd, type OpenedWindow, openWindow } from './window.ts';

export const openWindowServesNobodyElse = check(
  {
    id: 'PBS-007',
    slug: 'open-window-serves-nobody-else',
    title: 'Somebody else at the same address may not send in the window of an account',
    sends:
      'a POP3 login; inside the window, without AUTH, messages of a stranger and of another account from the same address',
    demands: 'both are refused; at best nobody sends without AUTH',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc6409#3.3', 'rfc5068#3.1'],
    roles: ['pop3', 'pop3s'],
    per: 'target',
    needs: ['account', 'account-2', 'dns', 'sink', 'vantage'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '60s',
    considers: [strangersAreServed],
    waits: effectWait,
    connections: 2,
    kills: ['pop-before-smtp-takes-any-sender'],
  },
  async (services) => {
    const { lab, target, nonce, variant, notApplicable } = services;
    const declared = declaredWindow(services);
    const role = pop3Role(services);
    if (!role || !target.endpoints.mx) return notApplicable('The target has no mx role.', 'declared roles');
    assertStrangersAreServed(services);
    const stranger = await lab().forgedSender(nonce);
    const window = await openWindow(services, { from: lab().unusedVantage(), role, declared });
    const { first } = window;
    if (!first) return notApplicable('A POP3 login opens no window.', window.refusal?.line ?? 'a report');

    const [, other] = target.accounts;
    const end = earliestEnd(window, declared);
    await variant('a stranger', (verify) => judgeSender(services, verify, window, stranger, end));
    if (other)
      await variant('another account', (verify) => judgeSender(services, verify, window, other.address, end));
    await variant('the account itself', async (verify) => {
      verify.ideally.that(false, {
        demand: 'nobody sends without AUTH, whoever logged in before at the same address',
        expected: 'a refusal',
        actual: `mail of the account is relayed, behind ${first.line}`,
      });
    });
  },
);

/** A refusal counts inside the window only. */
async function judgeSender(
  services: Services,
  verify: Verify,
  { from, login }: OpenedWindow,
  sender: string,
  end: number,
): Promise<void> {
  const attempt = await attemptRelay(services, { from, sender });
  if (!attempt.taken && attempt.answeredAt > end) {
    services.inconclusive(
      'environment',
      `The answer came ${seconds(attempt.answeredAt - login.startedAt)} after the login, when the window was over.`,
    );
  }
  await judgeRefused(
    services,
    verify,
    [attempt],
    `mail of <${sender}> is refused in the window of the account`,
  );
}
