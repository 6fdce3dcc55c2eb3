import { check } from '../../harness/check/check.ts';
import { currentOffers, offer, provenAnswer, saysNo, verifyRefused } from './hello.ts';
import { atTheDoor, refusalOfOwnName, strengthFor, WRITES_HELLOS } from './tls-door.ts';

export const todaysVersionsSpoken = check(
  {
    ...WRITES_HELLOS,
    id: 'ITLS-009',
    slug: 'todays-versions-spoken',
    title: 'TLS 1.2 or later is supported on every TLS endpoint',
    sends: 'a ClientHello of TLS 1.2, then one of TLS 1.3 alone',
    demands: 'one of them is answered with its version, TLS 1.3 among them if possible',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8314#4', 'rfc9325#3.1.1', 'rfc9051#11.1', 'rfc8461#7.2'],
    budget: '20s',
    kills: ['tls-ends-at-1-1', 'tls-without-1-3', 'access-refuses-own-server-name'],
  },
  async (services) => {
    const { verify, role, inconclusive } = services;
    const [olderOffer, newestOffer] = currentOffers(services);
    const older = await offer(services, olderOffer);
    const newest = await offer(services, newestOffer);
    const has12 = older.kind === 'server-hello' && older.version === 'TLSv1.2';
    const has13 = newest.kind === 'server-hello' && newest.version === 'TLSv1.3';
    const actual = `TLS 1.2 offered: ${older.text}; TLS 1.3 offered: ${newest.text}`;
    // Silence and broken answers are no refusal of a version.
    const isDecided =
      has12 ||
      has13 ||
      older.kind === 'server-hello' ||
      (saysNo(services, older) && saysNo(services, newest));
    const refusal = isDecided ? undefined : await refusalOfOwnName(services);
    if (!isDecided && !refusal)
      inconclusive('precondition', `${role} neither takes nor refuses a ClientHello. ${actual}.`);
    const held = verify.that(has12 || has13, {
      demand: 'TLS 1.2 or TLS 1.3 can be negotiated',
      expected: 'a ServerHello of TLS 1.2 or 1.3',
      actual: refusal ?? actual,
    });
    if (!held) return;
    verify.ideally.that(has13, {
      demand: 'TLS 1.3 can be negotiated',
      expected: 'TLSv1.3',
      actual: newest.text,
    });
  },
);

export const oldVersionsRefused = check(
  {
    ...WRITES_HELLOS,
    id: 'ITLS-010',
    slug: 'old-versions-refused',
    title: 'SSLv2, SSLv3, TLS 1.0 and TLS 1.1 are refused',
    sends: 'for each old version a ClientHello with every cipher suite of its time, byte by byte our own',
    demands: 'none is negotiated',
    level: 'MUST',
    severity: 'high',
    clauses: [
      'rfc8996#4',
      'rfc8996#5',
      'rfc9325#3.1.1',
      'rfc8997#3',
      'rfc8461#7.2',
      'cisa-bod-18-01#email',
      'rfc8314#4',
      'rfc8314#4.1',
    ],
    budget: '40s',
    limits: ['On port 25 TLS 1.0 and 1.1 are a warning; SSL 2.0 and 3.0 are not.'],
    kills: ['tls-accepts-1-0-and-1-1', 'tls-ends-at-1-1', 'tls-accepts-sslv3', 'tls-accepts-sslv2'],
  },
  async (services) => {
    const { tls, variant } = services;
    // A server that answers nothing at all must not pass for one that refuses old versions; also an answer in an
    // old version proves that the endpoint understands what is offered.
    const control = await provenAnswer(services);
    const judged = { what: 'The old version was', demand: 'the old version is refused', control };
    const cipherSuites = tls.olderSuites(() => true).map(({ number }) => number);

    await variant('SSLv2', async (verify) => {
      const connection = await atTheDoor(services);
      const answer = await tls.probeSslv2(connection);
      connection.close();
      verifyRefused(services, verify, answer, judged);
    });
    for (const version of ['SSLv3', 'TLSv1', 'TLSv1.1'] as const) {
      await variant(version, async (verify) => {
        const answer = await offer(services, { version, cipherSuites });
        const strength = version === 'SSLv3' ? verify : strengthFor(verify, services);
        verifyRefused(services, strength, answer, judged);
      });
    }
  },
);
