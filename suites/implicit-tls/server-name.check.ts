import { check, TlsFailed } from '../../harness/check/check.ts';
import { atTheDoor, SHAKES_HANDS } from './tls-door.ts';

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
    ],
  },
  async (services) => {
    const { target, role, nonce, variant, inconclusive } = services;
    const known = await shakeHands(target.hostname);
    if (known !== null)
      inconclusive('precondition', `The handshake with the name of the host fails: ${known}.`);
    for (const [name, serverName] of [
      ['unknown name', `unknown-${nonce}.test`],
      ['no name', ''],
    ] as const) {
      await variant(name, async (verify) => {
        const failure = await shakeHands(serverName);
        (role === 'mx' ? verify : verify.ideally).that(failure === null, {
          demand: `a handshake with ${name === 'no name' ? 'no server name' : 'an unknown server name'} completes`,
          expected: 'a handshake, whatever the certificate',
          actual: failure ?? 'completed',
        });
      });
    }

    /** Null, or how the handshake failed. */
    async function shakeHands(serverName: string): Promise<string | null> {
      const connection = await atTheDoor(services);
      try {
        await connection.startTls({ serverName, minVersion: 'TLSv1' });
        return null;
      } catch (failure) {
        if (failure instanceof TlsFailed) return failure.message;
        throw failure;
      } finally {
        connection.close();
      }
    }
  },
);
