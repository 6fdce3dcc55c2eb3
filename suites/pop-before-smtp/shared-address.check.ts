import { check, type Services, type Verify } from '../../harness/check/check.ts';
import { assertMxServesStrangers } from './controls.ts';
import { declaredWindow, seconds } from './feature.ts';
import { LOGIN_CHECK } from './login-check.ts';
import { attemptRelay } from './relay-attempt.ts';
import { judgeRefused } from './relay-watch.ts';
import { earliestEnd, type OpenedWindow, openWindow } from './window.ts';

export const openWindowServesNobodyElse = check(
  {
    ...LOGIN_CHECK,
    id: 'PBS-007',
    slug: 'open-window-serves-nobody-else',
    title: 'Somebody else at the same address may not send in the window of an account',
    sends:
      'a POP3 login; inside the window, without AUTH, messages of a stranger and of another account from the same address',
    demands: 'both are refused; at best nobody sends without AUTH',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc6409#3.3', 'rfc5068#3.1'],
    needs: ['account', 'account-2', 'dns', 'sink', 'vantage'],
    kills: ['pop-before-smtp-takes-any-sender'],
  },
  async (services) => {
    const { lab, target, nonce, variant, notApplicable } = services;
    const declared = declaredWindow(services);
    assertMxServesStrangers(services);
    const stranger = await lab().forgedSender(nonce);
    const window = await openWindow(services, lab().unusedVantage(), 'pop3', declared);
    if (!window.first) return notApplicable('A POP3 login opens no window.', window.line);

    const [, other] = target.accounts;
    const end = earliestEnd(window, declared);
    await variant('a stranger', (verify) => judgeSender(services, verify, window, stranger, end));
    if (other)
      await variant('another account', (verify) => judgeSender(services, verify, window, other.address, end));
    await variant('the account itself', async ({ ideally }) => {
      ideally.missed('nobody sends without AUTH, whoever logged in before at the same address', {
        expected: 'a refusal',
        actual: `mail of the account is relayed, after ${window.line}`,
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
  const demand = `mail of <${sender}> is refused in the window of the account`;
  await judgeRefused(services, verify, [attempt], demand);
}
