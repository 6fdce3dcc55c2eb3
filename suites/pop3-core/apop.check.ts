import { createHash } from 'node:crypto';
import {
  type Account,
  check,
  MAILDROP,
  type Pop3Client,
  type Pop3Reply,
  type Services,
} from '../../harness/check/check.ts';
import { whileInUse } from '../../harness/steps/maildrop-in-use.ts';

/** Greetings that are compared, and how many of them come at the same time: no more than every target allows. */
const GREETINGS = 50;
const TOGETHER = 2;
/** A timestamp has the form of a msg-id (RFC 1939 §7). */
const TIMESTAMP = /^<[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+>$/;

export const apopResistsReplay = check(
  {
    id: 'POP3-008',
    slug: 'apop-resists-replay',
    title: 'APOP is off, or has a fresh timestamp each time, checks the digest and takes no replay',
    sends: `${GREETINGS} connections; where greetings carry a timestamp, APOP with right, wrong, old and upper-case digests`,
    demands: 'no two timestamps are equal, and only the digest over the own one logs in',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc1939#7', 'rfc1939#13', 'rfc6151#2.1', 'rfc8314#4', 'rfc2449#3'],
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
    const [first] = stamps;
    verify.ideally.absent(first, 'APOP is not offered', {
      what: 'a timestamp in the greeting',
      as: (stamp) => stamp,
    });
    if (first === undefined) return;
    verify.absent(
      stamps.find((stamp) => !TIMESTAMP.test(stamp)),
      'timestamps have the form of a msg-id',
      { what: 'a timestamp of another form than <…@…>', as: (stamp) => stamp },
    );
    verify.absent(
      stamps.find((stamp, at) => stamps.indexOf(stamp) !== at),
      'each greeting has a timestamp of its own',
      { what: 'a timestamp that comes again', as: (stamp) => `${stamp} more than once` },
    );
    const right = await apop(services, (client, { login, password }) => client.apop(login, password));
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

/** APOP inside TLS; undefined where the greeting has no timestamp. */
async function apop(
  services: Services,
  logIn: (client: Pop3Client, account: Account, timestamp: string) => Promise<Pop3Reply>,
): Promise<Pop3Reply | undefined> {
  const { pop3, account } = services;
  const { client, reply } = await whileInUse(services, account(), async () => {
    const opened = await pop3({ at: 'tls' });
    const { apopTimestamp } = opened;
    return {
      client: opened,
      reply: apopTimestamp === undefined ? undefined : await logIn(opened, account(), apopTimestamp),
    };
  });
  if (reply?.status === '+OK') await client.quit();
  client.connection.close();
  return reply;
}

async function verifyDigests(services: Services): Promise<void> {
  const { verify, nonce, pop3, account } = services;
  const wrongPassword = `wrong-${nonce}`;
  const wrong = await apop(services, (client, { login }) => client.apop(login, wrongPassword));
  if (wrong) verify.reply(wrong, 'a digest over a wrong password is refused').status('-ERR');

  const earlier = await pop3({ at: 'tls' });
  const old = earlier.apopTimestamp ?? '';
  earlier.connection.close();
  const replayed = await apop(services, (client, { login, password }) => client.apop(login, password, old));
  if (replayed)
    verify.reply(replayed, 'a digest over the timestamp of an earlier session is refused').status('-ERR');

  const upper = await apop(services, (client, { login, password }, timestamp) => {
    const hash = createHash('md5').update(timestamp, 'latin1').update(password);
    const digest = hash.digest('hex').toUpperCase();
    return client.command(`APOP ${login} ${digest}`, [Buffer.from(digest)]);
  });
  if (upper) verify.ideally.reply(upper, 'a digest in upper case is refused').status('-ERR');

  const unknown = await apop(services, (client) => client.apop(`nosuch-${nonce}`, wrongPassword));
  if (unknown && wrong)
    verify.ideally.equal(unknown.line, wrong.line, 'an unknown user is refused as a wrong digest is');

  const client = await pop3({ at: 'tls' });
  const { login, password } = account();
  const plain = await client.userPass(login, password);
  await client.quit();
  verify.ideally.reply(plain, 'a user of APOP cannot log in by USER and PASS as well').status('-ERR');
}
