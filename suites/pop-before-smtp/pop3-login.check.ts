import { check, type Role } from '../../harness/check/check.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { assertClosedBefore } from './controls.ts';
import { LOGIN_CHECK } from './login-check.ts';
import { logIn } from './mailbox-login.ts';
import { judgeEach } from './relay-watch.ts';

const SENDING: readonly Role[] = ['mx', 'submission', 'submissions'];

export const pop3LoginGrantsNothing = check(
  {
    ...LOGIN_CHECK,
    id: 'PBS-002',
    slug: 'pop3-login-grants-nothing',
    title: 'A POP3 login does not let its address send without AUTH',
    sends:
      'POP3 logins inside TLS, and in the clear where the password may travel so; afterwards, without AUTH, messages of the account to somebody elsewhere',
    demands: 'every one is refused on submission, and on 25 unless POP before SMTP is declared',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc5068#3.1', 'rfc5068#3.2', 'rfc6409#3.3', 'rfc6409#4.3'],
    connections: 3,
    limits: ['What acts later after a login than `timing.login-effect` says is not seen.'],
    kills: ['pop3-login-opens-relay', 'pop3-login-in-clear-opens-relay', 'pop3-login-opens-submission'],
  },
  async (services) => {
    const { lab, target, account, notApplicable } = services;
    const roles = SENDING.filter((role) => target.endpoints[role]);
    if (roles.length === 0)
      notApplicable('The target takes no mail.', `roles: ${Object.keys(target.endpoints).join(', ')}`);
    assertStrangersAreServed(services);
    const from = lab().unusedVantage();
    const envelopes = roles.map((role) => ({
      name: role,
      from,
      sender: account().address,
      role,
      demand: 'mail without AUTH is refused after a POP3 login',
      tolerated: role === 'mx' && target.claims.popBeforeSmtp !== undefined,
    }));
    await assertClosedBefore(services, envelopes);
    const login = await logIn(services, from, 'pop3');
    await judgeEach(services, envelopes, login.endedAt);
  },
);
