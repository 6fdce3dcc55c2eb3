import { check } from '../../harness/check/check.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { loginEffectTimes } from './feature.ts';
import { LOGIN_CHECK } from './login-check.ts';
import { judgeRefused, watchRelay } from './relay-watch.ts';

export const noRelayWithoutLogin = check(
  {
    ...LOGIN_CHECK,
    id: 'PBS-001',
    slug: 'no-relay-without-login',
    title: 'Without a mailbox login no address may relay',
    sends:
      'messages to somebody elsewhere, from an account and from a stranger, from two addresses that never connected before, at once and while others log in to mailboxes',
    demands: 'every one is refused',
    level: 'MUST',
    severity: 'critical',
    roles: ['mx', 'submission', 'submissions'],
    per: 'role',
    needs: ['dns', 'sink', 'ip2'],
    connections: 4,
    kills: ['mx-trusts-private-networks'],
  },
  async (services) => {
    const { lab, role, target, helloName, verify } = services;
    assertStrangersAreServed(services);
    const account = target.accounts[0]?.address ?? `postmaster@${target.domain}`;
    const envelopes = [lab().unusedVantage('near'), lab().unusedVantage('distant')].flatMap((from) =>
      [account, `probe@${helloName}`].map((sender) => ({ from, sender, role })),
    );
    const times = [0, ...loginEffectTimes(target)];
    const watched = await watchRelay(services, envelopes, performance.now(), times);
    const attempts = watched.flatMap((one) => one.attempts);
    // Nobody is there to compare with: an address without a login is what this check is about.
    const demand = 'an address without a login relays nothing';
    await judgeRefused(services, verify, attempts, demand, { others: 'may' });
  },
);
