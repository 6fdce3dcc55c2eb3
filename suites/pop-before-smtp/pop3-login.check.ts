import { check, type Role } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { assertClosedBefore, assertStrangersAreServed } from './controls.ts';
import { effectWait, loginEffectTimes } from './feature.ts';
import { logIn, pop3Role } from './mailbox-login.ts';
import { judgeRefused, watchRelay } from './relay-watch.ts';

const SENDING: readonly Role[] = ['mx', 'submission', 'submissions'];

export const pop3LoginGrantsNothing = check(
  {
    id: 'PBS-002',
    slug: 'pop3-login-grants-nothing',
    title: 'A POP3 login does not let its address send without AUTH',
    sends: 'a POP3 login inside TLS; afterwards, without AUTH, messages of the account to somebody elsewhere',
    demands: 'every one is refused on submission, and on 25 unless POP before SMTP is declared',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc5068#3.1', 'rfc5068#3.2', 'rfc6409#3.3', 'rfc6409#4.3'],
    roles: ['pop3', 'pop3s'],
    per: 'target',
    needs: ['account', 'dns', 'sink', 'vantage'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '60s',
    considers: [strangersAreServed],
    waits: effectWait,
    connections: 3,
    limits: ['What acts later after a login than `timing.login-effect` says is not seen.'],
    kills: ['pop3-login-opens-relay', 'pop3-login-opens-submission'],
  },
  async (services) => {
    const { lab, target, account, variant, notApplicable } = services;
    const roles = SENDING.filter((role) => target.endpoints[role]);
    const role = pop3Role(services);
    if (!role || roles.length === 0) {
      return notApplicable('The target takes no mail.', `roles: ${Object.keys(target.endpoints).join(', ')}`);
    }
    assertStrangersAreServed(services);
    const from = lab().unusedVantage();
    const sender = account().address;
    const envelopes = roles.map((sending) => ({ from, sender, role: sending }));
    await assertClosedBefore(services, envelopes);
    const login = await logIn(services, from, role);
    const attempts = await watchRelay(services, envelopes, login.endedAt, loginEffectTimes(target));
    for (const [index, sending] of roles.entries()) {
      await variant(sending, async (verify) => {
        const declared = sending === 'mx' && target.claims.popBeforeSmtp !== null;
        await judgeRefused(
          services,
          verify,
          attempts[index] ?? [],
          'mail without AUTH is refused after a POP3 login',
          { strength: declared ? verify.ideally : verify },
        );
      });
    }
  },
);
