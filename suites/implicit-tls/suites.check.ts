import { type CipherSuite, check } from '../../harness/check/check.ts';
import {
  causeOf,
  isRefusal,
  isTaken,
  judgeHangingUp,
  offer,
  offerOlder,
  provenAnswer,
  verifyRefused,
} from './hello.ts';
import { atTheDoor, strengthFor, WRITES_HELLOS } from './tls-door.ts';

/** Weak kinds of suites; a suite belongs to the first kind that fits. */
const WEAK: readonly {
  readonly name: string;
  readonly fits: (suite: CipherSuite) => boolean;
  readonly tolerated?: true;
}[] = [
  { name: 'NULL', fits: (suite) => suite.null },
  { name: 'EXPORT', fits: (suite) => suite.export },
  { name: 'RC4', fits: (suite) => suite.rc4 },
  { name: 'DES', fits: (suite) => suite.des },
  { name: 'below 112 bits', fits: (suite) => suite.bits < 112 },
  { name: '3DES', fits: (suite) => suite.tripleDes, tolerated: true },
];

export const weakSuitesRefused = check(
  {
    ...WRITES_HELLOS,
    id: 'ITLS-011',
    slug: 'weak-suites-refused',
    title: 'NULL, export, RC4 and sub-112-bit ciphers are refused; 3DES reported',
    sends: 'for each weak kind of cipher suites a ClientHello that offers nothing else',
    demands: 'none is negotiated',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc9325#4.1', 'rfc8461#7.2', 'cisa-bod-18-01#email'],
    budget: '60s',
    limits: ['3DES is a warning. Anonymous suites that are strong otherwise are rated by ITLS-019.'],
    kills: [
      'tls-accepts-null-suites',
      'tls-accepts-export-suites',
      'tls-accepts-rc4',
      'tls-accepts-single-des',
      'tls-accepts-triple-des',
    ],
  },
  async (services) => {
    const { tls, variant } = services;
    const control = await provenAnswer(services);
    for (const [at, { name, fits, tolerated }] of WEAK.entries()) {
      const earlier = WEAK.slice(0, at);
      const suites = tls.olderSuites((suite) => fits(suite) && !earlier.some((kind) => kind.fits(suite)));
      if (suites.length === 0) continue;
      await variant(name, async (verify) => {
        const answer = await offer(services, {
          version: 'TLSv1.2',
          cipherSuites: suites.map(({ number }) => number),
        });
        verifyRefused(services, tolerated ? verify.ideally : verify, answer, {
          what: 'The weak suites were',
          demand: `${suites.length} suites of the kind ${name} are refused`,
          control,
        });
      });
    }
  },
);

export const forwardSecrecyPreferred = check(
  {
    ...WRITES_HELLOS,
    id: 'ITLS-012',
    slug: 'forward-secrecy-preferred',
    title: 'Forward secrecy is preferred and TLS 1.3 is available',
    sends:
      'ClientHellos of TLS 1.2 with key transport by RSA in front of, after and without ephemeral keys; one of TLS 1.3',
    demands: 'ephemeral keys are chosen whatever the order; key transport alone is refused; TLS 1.3 works',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc9325#4.1', 'rfc9325#3.1.1', 'rfc9051#11.1', 'rfc8314#4'],
    budget: '40s',
    kills: ['tls-prefers-rsa-key-transport', 'tls-accepts-rsa-key-transport', 'tls-without-1-3'],
  },
  async (services) => {
    const { tls, variant, inconclusive } = services;
    const control = await provenAnswer(services);
    const strong = (test: (suite: CipherSuite) => boolean) =>
      tls.olderSuites((suite) => test(suite) && suite.bits >= 128 && !suite.anon && !suite.rc4);
    const transport = strong((suite) => suite.rsaKeyTransport);
    const ephemeral = strong((suite) => suite.forwardSecret);

    for (const [name, suites] of [
      ['key transport first', [...transport, ...ephemeral]],
      ['ephemeral keys first', [...ephemeral, ...transport]],
    ] as const) {
      await variant(name, async (verify) => {
        const older = await offerOlder(services, suites);
        const { answer } = older;
        if (answer.kind !== 'server-hello' && !(isRefusal(services, answer) && control.version === 'TLSv1.3'))
          inconclusive(causeOf(answer), `TLS 1.2 was neither taken nor refused: ${answer.text}.`);
        strengthFor(verify, services).that(answer.kind !== 'server-hello' || answer.suite.forwardSecret, {
          demand: 'a suite with forward secrecy is chosen where one is offered',
          expected: 'ephemeral keys, or TLS 1.3 alone',
          actual: answer.text,
        });
        if (older.hungUp) judgeHangingUp(verify.ideally, older);
      });
    }
    await variant('key transport alone', async (verify) => {
      const cipherSuites = transport.map(({ number }) => number);
      const answer = await offer(services, { version: 'TLSv1.2', cipherSuites });
      verifyRefused(services, verify.ideally, answer, {
        what: 'Key transport was',
        demand: 'key transport by RSA is refused',
        control,
      });
    });
    await variant('TLS 1.3', async (verify) => {
      const answer = await offer(services, { version: 'TLSv1.3' });
      isTaken(services, answer, 'TLS 1.3 was');
      verify.ideally.that(answer.kind === 'server-hello' && answer.version === 'TLSv1.3', {
        demand: 'TLS 1.3 works',
        expected: 'a ServerHello of TLS 1.3',
        actual: answer.text,
      });
    });
  },
);

/** Least length of the prime (RFC 9325 §4.5); one of 1024 bits is within reach of states (the Logjam attack). */
const PRIME_FLOOR = 2_048;

export const finiteFieldsMeetFloor = check(
  {
    ...WRITES_HELLOS,
    id: 'ITLS-018',
    slug: 'finite-fields-meet-floor',
    title: 'Finite-field Diffie-Hellman uses a prime of 2048 bits or more',
    sends: 'a ClientHello of TLS 1.2 that offers suites with DHE alone, and no finite-field group by name',
    demands: 'it is refused, or the prime has 2048 bits or more',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc9325#4.5'],
    budget: '20s',
    limits: ['On port 25 a short prime is a warning: a client may have no better.'],
    kills: ['tls-accepts-short-primes'],
  },
  async (services) => {
    const { tls, target, verify, inconclusive } = services;
    const control = await provenAnswer(services);
    const suites = tls.olderSuites((suite) => suite.finiteField && !suite.null && !suite.export);
    const connection = await atTheDoor(services);
    const answer = await tls.probeFiniteField(connection, {
      serverName: target.hostname,
      version: 'TLSv1.2',
      cipherSuites: suites.map(({ number }) => number),
      // Clients that know the groups of RFC 7919 may be given a better one than others.
      groups: ['x25519', 'secp256r1', 'secp384r1'],
    });
    connection.close();
    const demand = 'the prime has 2048 bits or more where DHE is taken';
    if (!isTaken(services, answer, 'DHE was')) return void verify.met(demand, answer.text);
    if (answer.kind !== 'server-hello' || answer.primeBits === undefined)
      return inconclusive('malformed', `DHE alone was offered, and this was chosen: ${answer.text}.`);
    strengthFor(verify, services).that(answer.primeBits >= PRIME_FLOOR, {
      demand,
      expected: `${PRIME_FLOOR} bits or more`,
      actual: `${answer.text} (a current offer: ${control.text})`,
    });
  },
);

export const anonymousSuitesRefused = check(
  {
    ...WRITES_HELLOS,
    id: 'ITLS-019',
    slug: 'anonymous-suites-refused',
    title: 'Anonymous key exchange is refused',
    sends: 'a ClientHello of TLS 1.2 that offers anonymous suites alone',
    demands: 'none is negotiated',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5246#A.5'],
    budget: '20s',
    limits: ['On port 25 it is a warning: opportunistic clients authenticate nobody.'],
    kills: ['tls-accepts-anonymous-suites'],
  },
  async (services) => {
    const { tls, verify } = services;
    const control = await provenAnswer(services);
    const suites = tls.olderSuites(({ anon, bits, rc4 }) => anon && bits >= 112 && !rc4);
    const answer = await offer(services, {
      version: 'TLSv1.2',
      cipherSuites: suites.map(({ number }) => number),
    });
    verifyRefused(services, strengthFor(verify, services), answer, {
      what: 'Anonymous suites were',
      demand: 'anonymous suites are refused',
      control,
    });
  },
);
