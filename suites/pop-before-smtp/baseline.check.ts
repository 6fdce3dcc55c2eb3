import { check } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { assertStrangersAreServed } from './controls.ts';
import { effectWait, loginEffectTimes } from './feature.ts';
import { judgeRefused, watchRelay } from './relay-watch.ts';

export const noRelayWithoutLogin = check(
  {
    id: 'PBS-001',
    slug: 'no-relay-without-login',
    title: 'Without a mailbox login no address may relay',
    sends:
      'messages to somebody elsewhere, from an account and from a stranger, from two addresses that never connected before, at once and while others log in to mailboxes',
    demands: 'every one is refused',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc5068#3.2', 'rfc6409#3.3'],
    roles: ['mx', 'submission', 'submissions'],
    needs: ['dns', 'sink', 'ip2'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '60s',
    considers: [strangersAreServed],
    waits: effectWait,
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
    const attempts = await watchRelay(services, envelopes, performance.now(), times);
    // Nobody is there to compare with: an address without a login is what this check is about.
    await judgeRefused(services, verify, attempts.flat(), 'an address without a login relays nothing', {
      others: 'may',
    });
  },
);
