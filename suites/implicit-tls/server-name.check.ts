import { check } from '../../harness/check/check.ts';
import { handshakeFailure, refusalOfOwnName, SHAKES_HANDS } from './tls-door.ts';

export const serverNameBreaksNothing = check(
  {
    ...SHAKES_HANDS,
    id: 'ITLS-016',
    slug: 'server-name-breaks-nothing',
    title: 'Unknown or missing SNI does not break port 25; access ports behave predictably',
    sends: 'handshakes with the host name, with an unknown one, and with none',
    demands: 'port 25 completes all of them; other ports those with the host name and with none',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc8461#7.1', 'rfc7672#8.1', 'rfc9325#3.7'],
    budget: '20s',
    limits: ['On other ports than 25 a refusal is a warning: RFC 9325 §3.7 prefers it for unknown names.'],
    kills: [
      'mx-refuses-unknown-server-name',
      'mx-demands-server-name',
      'access-refuses-unknown-server-name',
      'access-demands-server-name',
      'access-refuses-own-server-name',
    ],
  },
  async (services) => {
    const { target, role, nonce, variant, verify, inconclusive } = services;
    const known = await handshakeFailure(services, target.hostname);
    if (known !== null) {
      const refusal = await refusalOfOwnName(services);
      if (!refusal)
        return inconclusive('precondition', `The handshake with the name of the host fails: ${known}.`);
      verify.missed('a handshake with the name of the host completes', {
        expected: 'a handshake',
        actual: refusal,
      });
      return;
    }
    for (const [name, serverName] of [
      ['unknown name', `unknown-${nonce}.test`],
      ['no name', ''],
    ] as const) {
      await variant(name, async (own) => {
        const failure = await handshakeFailure(services, serverName);
        (role === 'mx' ? own : own.ideally).that(failure === null, {
          demand: `a handshake with ${name === 'no name' ? 'no server name' : 'an unknown server name'} completes`,
          expected: 'a handshake, whatever the certificate',
          actual: failure ?? 'completed',
        });
      });
    }
  },
);
