import { check } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { assertStrangersAreServed } from './controls.ts';
import { effectWait, loginEffectTimes } from './feature.ts';
import { logIn, pop3Role } from './mailbox-login.ts';
import { judgeRefused, watchRelay } from './relay-watch.ts';

export const grantIsBoundToAddress = check(
  {
    id: 'PBS-006',
    slug: 'grant-is-bound-to-address',
    title: 'A login lets nobody send but its own address',
    sends:
      'a POP3 login; afterwards, inside the window, messages of the account from an address in the same /24 and from another network',
    demands: 'both are refused',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc5068#3.2', 'rfc6409#3.3'],
    roles: ['pop3', 'pop3s'],
    per: 'target',
    needs: ['account', 'dns', 'sink', 'ip2'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '60s',
    considers: [strangersAreServed],
    waits: effectWait,
    connections: 2,
    limits: ['IPv6 is not tried: whether a grant is for one address or for its prefix is not seen there.'],
    kills: ['pop-before-smtp-grants-network'],
  },
  async (services) => {
    const { lab, target, account, variant, notApplicable } = services;
    const role = pop3Role(services);
    if (!role || !target.endpoints.mx) return notApplicable('The target has no mx role.', 'declared roles');
    assertStrangersAreServed(services);
    const sender = account().address;
    const own = lab().unusedVantage();
    const login = await logIn(services, own, role);
    const places = [
      { name: `the same network, ${own.network}`, from: lab().unusedVantage(), sender },
      { name: 'another network', from: lab().unusedVantage('distant'), sender },
    ];
    const attempts = await watchRelay(services, places, login.endedAt, loginEffectTimes(target));
    for (const [index, { name, from }] of places.entries()) {
      await variant(name, (verify) =>
        judgeRefused(
          services,
          verify,
          attempts[index] ?? [],
          `${from.address} may not send when ${own.address} has logged in`,
          { others: 'may' },
        ),
      );
    }
  },
);
