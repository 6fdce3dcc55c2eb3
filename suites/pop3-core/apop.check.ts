import { createHash } from 'node:crypto';
import { check, type Pop3Client, type Pop3Reply, type Services } from '../../harness/check/check.ts';
import { MAILDROP } from './own-mail.ts';

/** Greetings that are compared, and how many of them come at the same time. */
const GREETINGS = 50;
const TOGETHER = 5;
/** A timestamp has the form of a msg-id (RFC 1939 §7). */
const TIMESTAMP = /^<[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+>$/;
/** Waits for a maildrop that somebody else holds, in milliseconds. */
const BUSY_PAUSES = [250, 1_000, 4_000];

export const apopResistsReplay = check(
  {
    id: 'POP3-008',
    slug: 'apop-resists-replay',
    title: 'APOP is off, or has a fresh timestamp each time, checks the digest and takes no replay',
    sends: `${GREETINGS} connections; where greetings carry a timestamp, APOP with right, wrong, old and upper-case digests`,
    demands: 'no two timestamps are equal, and only the digest over the own one logs in',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc1939#7', 'rfc1939#13', 'rfc6151#2.1', 'rfc8314#4'],
    roles: ['pop3', 'pop3s'],
    needs: ['account'],
    effect: 'fails-logins',
    safety: 'intrusive',
    budget: '60s',
    connections: TOGETHER,
    resources: [MAILDROP],
    limits: [
      `Timestamps of ${GREETINGS} greetings are compared; a counter that comes round later is not seen.`,
      'APOP rests on MD5 and on a password stored in the clear: a server that offers it gets a warning.',
    ],
    kills: ['pop3-apop-timestamp-repeats', 'pop3-apop-takes-old-digests', 'pop3-offers-apop-before-tls'],
  },
  async (services) => {
    const { verify, note } = services;
    const stamps = await timestamps(services);
    if (stamps.length === 0) {
      verify.that(true, {
        demand: 'APOP is not offered',
        expected: 'no timestamp in the greeting',
        actual: 'no timestamp',
      });
      return;
    }
    verify.ideally.that(false, {
      demand: 'APOP is not offered',
      expected: 'no timestamp in the greeting',
      actual: stamps[0] ?? '',
    });
    verify.that(
      stamps.every((stamp) => TIMESTAMP.test(stamp)),
      {
        demand: 'timestamps have the form of a msg-id',
        expected: '<…@…>',
        actual: stamps.find((stamp) => !TIMESTAMP.test(stamp)) ?? stamps[0] ?? '',
      },
    );
    const repeated = stamps.find((stamp, at) => stamps.indexOf(stamp) !== at);
    verify.that(repeated === undefined, {
      demand: 'each greeting has a timestamp of its own',
      expected: `${stamps.length} different timestamps`,
      actual: repeated === undefined ? `${stamps.length} different timestamps` : `${repeated} more than once`,
    });
    const right = await apop(
      services,
      ({ login, password, timestamp }) => `${login} ${digest(timestamp, password)}`,
    );
    if (right?.status !== '+OK') {
      note(
        `APOP refuses the right digest, so what it takes cannot be looked at: ${right?.text ?? 'no timestamp'}`,
      );
      return;
    }
    await verifyDigests(services);
  },
);

/** Timestamps of greetings; none where the first greetings have none. */
async function timestamps({ pop3 }: Services): Promise<string[]> {
  const found: string[] = [];
  for (let count = 0; count < GREETINGS; count += TOGETHER) {
    const clients = await Promise.all(Array.from({ length: TOGETHER }, () => pop3()));
    for (const { connection } of clients) connection.close();
    found.push(...clients.flatMap(({ apopTimestamp }) => apopTimestamp ?? []));
    if (found.length === 0) break;
  }
  return found;
}

function digest(timestamp: string, password: string): string {
  return createHash('md5').update(timestamp, 'latin1').update(password).digest('hex');
}

interface Challenge {
  readonly login: string;
  readonly password: string;
  readonly timestamp: string;
}

/** APOP inside TLS with these arguments; undefined where the greeting has no timestamp. */
async function apop(
  services: Services,
  argumentsOf: (challenge: Challenge) => string,
): Promise<Pop3Reply | undefined> {
  const { pop3, account, pause } = services;
  for (let attempt = 0; ; attempt += 1) {
    const client: Pop3Client = await pop3({ at: 'tls' });
    const timestamp = client.apopTimestamp;
    if (timestamp === undefined) return undefined;
    const text = argumentsOf({ ...account(), timestamp });
    const reply = await client.command(`APOP ${text}`, [Buffer.from(text.slice(text.lastIndexOf(' ') + 1))]);
    if (reply.status === '+OK') await client.quit();
    client.connection.close();
    const wait = BUSY_PAUSES[attempt];
    if (reply.responseCode !== 'IN-USE' || wait === undefined) return reply;
    await pause(wait);
  }
}

async function verifyDigests(services: Services): Promise<void> {
  const { verify, nonce, pop3, account } = services;
  const wrong = await apop(
    services,
    ({ login, timestamp }) => `${login} ${digest(timestamp, `wrong-${nonce}`)}`,
  );
  if (wrong) verify.reply(wrong, 'a digest over a wrong password is refused').status('-ERR');

  const earlier = await pop3({ at: 'tls' });
  const old = earlier.apopTimestamp ?? '';
  earlier.connection.close();
  const replayed = await apop(services, ({ login, password }) => `${login} ${digest(old, password)}`);
  if (replayed)
    verify.reply(replayed, 'a digest over the timestamp of an earlier session is refused').status('-ERR');

  const upper = await apop(
    services,
    ({ login, password, timestamp }) => `${login} ${digest(timestamp, password).toUpperCase()}`,
  );
  if (upper) verify.ideally.reply(upper, 'a digest in upper case is refused').status('-ERR');

  const unknown = await apop(
    services,
    ({ timestamp }) => `nosuch-${nonce} ${digest(timestamp, `wrong-${nonce}`)}`,
  );
  if (unknown && wrong)
    verify.ideally.that(unknown.line === wrong.line, {
      demand: 'an unknown user is refused as a wrong digest is',
      expected: wrong.line,
      actual: unknown.line,
    });

  const client = await pop3({ at: 'tls' });
  const { login, password } = account();
  const plain = await client.userPass(login, password);
  await client.quit();
  verify.ideally.reply(plain, 'a user of APOP cannot log in by USER and PASS as well').status('-ERR');
}
