import { check } from '../../harness/check/check.ts';
import { assertMxServesStrangers } from './controls.ts';
import { LOGIN_CHECK } from './login-check.ts';
import { logIn } from './mailbox-login.ts';
import { judgeEach } from './relay-watch.ts';

export const grantIsBoundToAddress = check(
  {
    ...LOGIN_CHECK,
    id: 'PBS-006',
    slug: 'grant-is-bound-to-address',
    title: 'A login lets nobody send but its own address',
    sends:
      'a POP3 login; afterwards, inside the window, messages of the account from an address in the same /24 and from another network',
    demands: 'both are refused',
    level: 'MUST',
    severity: 'critical',
    needs: ['account', 'dns', 'sink', 'ip2'],
    limits: ['IPv6 is not tried: whether a grant is for one address or for its prefix is not seen there.'],
    kills: ['pop-before-smtp-grants-network'],
  },
  async (services) => {
    const { lab, account } = services;
    assertMxServesStrangers(services);
    const sender = account().address;
    const own = lab().unusedVantage();
    const login = await logIn(services, own, 'pop3');
    const places = [
      { name: `the same network, ${own.network}`, from: lab().unusedVantage() },
      { name: 'another network', from: lab().unusedVantage('distant') },
    ];
    const envelopes = places.map(({ name, from }) => ({
      name,
      from,
      sender,
      demand: `${from.address} may not send when ${own.address} has logged in`,
      others: 'may' as const,
    }));
    await judgeEach(services, envelopes, login.endedAt);
  },
);
