import { describe, expect, test } from 'vitest';
import type { DnsRecord, DnsResponse } from '../message.ts';
import { nameToWire } from '../name.ts';
import { signedWorld, type WorldZone } from '../testing/signed-world.ts';
import { TYPE } from '../types.ts';
import { createChain } from './chain.ts';
import { hashedName } from './nsec3.ts';
import type { Judged } from './security.ts';
import { recordSets } from './signatures.ts';
import { securityOfAbsence, securityOfSet } from './validate.ts';

const NOW = 1_800_000_000;
const A = Buffer.from([192, 0, 2, 1]);

const recordsOf = (origin: string): WorldZone['records'] => [
  [`mx.${origin}`, TYPE.A, A],
  [`MX.${origin}`.toLowerCase(), TYPE.AAAA, Buffer.alloc(16, 1)],
  [`*.wild.${origin}`, TYPE.A, A],
  [`deep.below.${origin}`, TYPE.TXT, Buffer.from('\x01x')],
  [`www.${origin}`, TYPE.CNAME, nameToWire(`mx.${origin}`)],
];
const zone = (origin: string, over: Partial<WorldZone> = {}): WorldZone => ({
  origin,
  algorithm: 13,
  records: recordsOf(origin),
  ...over,
});

const ZONES: readonly WorldZone[] = [
  { origin: '', algorithm: 8, records: [] },
  { origin: 'test', algorithm: 8, denial: 'nsec3', optOut: true, records: [] },
  { origin: 'plain-nsec', algorithm: 13, denial: 'nsec', records: [] },
  zone('rsa.test', { algorithm: 8 }),
  zone('rsa512.test', { algorithm: 10 }),
  zone('p256.test'),
  zone('p384.test', { algorithm: 14, digest: 4 }),
  zone('ed25519.test', { algorithm: 15 }),
  zone('ed448.test', { algorithm: 16 }),
  zone('nsec3.test', { denial: 'nsec3' }),
  zone('costly.test', { denial: 'nsec3', iterations: 2_000 }),
  zone('sha1.test', { digest: 1 }),
  zone('island.test', { digest: null }),
  zone('unsigned.test', { algorithm: null }),
  zone('unsigned.plain-nsec', { algorithm: null }),
  zone('signed.plain-nsec', { denial: 'nsec3' }),
];

/** How sure the answer to a question is, of a world that `change` may spoil. */
async function judged(
  name: string,
  type: number,
  change?: (response: DnsResponse, name: string, type: number) => DnsResponse,
  now = NOW,
): Promise<Judged> {
  const world = signedWorld(ZONES, { now: NOW, ...(change ? { change } : {}) });
  const clock = () => now * 1_000;
  const chain = createChain({ ask: world.ask, anchors: [world.anchor], now: clock });
  const reply = await world.ask(name, type);
  if (reply.kind !== 'response') throw new Error(reply.text);
  const [set] = recordSets(reply.response.answers);
  return set
    ? securityOfSet({ chain, now: clock }, set, reply.response)
    : securityOfAbsence({ chain, now: clock }, reply.response, name, type);
}

describe('what is found', () => {
  test.each([
    ['mx.rsa.test', 'secure'],
    ['mx.rsa512.test', 'secure'],
    ['mx.p256.test', 'secure'],
    ['mx.p384.test', 'secure'],
    ['mx.ed25519.test', 'secure'],
    ['mx.ed448.test', 'secure'],
    ['mx.nsec3.test', 'secure'],
    ['mx.signed.plain-nsec', 'secure'],
    ['www.p256.test', 'secure'],
    ['a.wild.p256.test', 'secure'],
    ['a.b.wild.p256.test', 'secure'],
    ['a.wild.nsec3.test', 'secure'],
    ['a.b.wild.nsec3.test', 'secure'],
    ['a.wild.costly.test', 'insecure'],
    ['mx.sha1.test', 'insecure'],
    ['mx.island.test', 'insecure'],
    ['mx.unsigned.test', 'insecure'],
    ['mx.unsigned.plain-nsec', 'insecure'],
  ])('%s is %s', async (name, security) => {
    expect(await judged(name, TYPE.A)).toMatchObject({ security });
  });
});

describe('what is absent', () => {
  test.each([
    ['mx.p256.test', TYPE.TXT, 'secure'],
    ['none.p256.test', TYPE.A, 'secure'],
    ['a.b.none.p256.test', TYPE.A, 'secure'],
    ['below.p256.test', TYPE.A, 'secure'],
    ['a.wild.p256.test', TYPE.TXT, 'secure'],
    ['zzz.p256.test', TYPE.A, 'secure'],
    ['mx.nsec3.test', TYPE.TXT, 'secure'],
    ['none.nsec3.test', TYPE.A, 'secure'],
    ['a.b.none.nsec3.test', TYPE.A, 'secure'],
    ['below.nsec3.test', TYPE.A, 'secure'],
    ['a.wild.nsec3.test', TYPE.TXT, 'secure'],
    ['none', TYPE.A, 'secure'],
    ['mx.costly.test', TYPE.TXT, 'insecure'],
    ['none.unsigned.test', TYPE.A, 'insecure'],
    // A zone that is not signed could be there.
    ['none.test', TYPE.A, 'insecure'],
    ['none.plain-nsec', TYPE.A, 'secure'],
    ['unsigned.plain-nsec', TYPE.DS, 'secure'],
    ['unsigned.test', TYPE.DS, 'insecure'],
  ])('%s %i is %s', async (name, type, security) => {
    expect(await judged(name, type)).toMatchObject({ security });
  });
});

describe('what somebody changed', () => {
  const isAbout = (record: DnsRecord, type: number) =>
    record.type === type || (record.type === TYPE.RRSIG && record.rdata.readUInt16BE(0) === type);
  const without = (section: readonly DnsRecord[], type: number) =>
    section.filter((record) => !isAbout(record, type));

  test('another record under the old signature is bogus', async () => {
    const forged = await judged('mx.p256.test', TYPE.A, (response, name, type) =>
      name === 'mx.p256.test' && type === TYPE.A
        ? {
            ...response,
            answers: response.answers.map((one) =>
              one.type === TYPE.A ? { ...one, rdata: Buffer.from([192, 0, 2, 66]) } : one,
            ),
          }
        : response,
    );
    expect(forged).toEqual({
      security: 'bogus',
      why: 'the signature over A of mx.p256.test is not of these records',
    });
  });

  test('a record without its signature is bogus', async () => {
    const stripped = await judged('mx.p256.test', TYPE.A, (response, name) =>
      name === 'mx.p256.test'
        ? { ...response, answers: response.answers.filter(({ type }) => type !== TYPE.RRSIG) }
        : response,
    );
    expect(stripped).toMatchObject({ security: 'bogus' });
  });

  test('signatures are good in their time alone', async () => {
    for (const now of [NOW - 86_400, NOW + 86_400]) {
      // The keys above are out of their time as well, and so is what says that.
      expect((await judged('mx.p256.test', TYPE.A, undefined, now)).security).not.toBe('secure');
    }
  });

  test('a DS that is taken away without proof makes no zone insecure', async () => {
    const hidden = await judged('mx.p256.test', TYPE.A, (response, name, type) =>
      name === 'p256.test' && type === TYPE.DS ? { ...response, answers: [] } : response,
    );
    expect(hidden).toMatchObject({ security: 'indeterminate' });
  });

  test('a DS that is taken away with the proof of another name is bogus', async () => {
    const { authorities } = await worldAnswer('mx.signed.plain-nsec', TYPE.TXT);
    const unsigned = await worldAnswer('unsigned.plain-nsec', TYPE.DS);
    const hidden = (proof: readonly DnsRecord[]) =>
      judged('mx.signed.plain-nsec', TYPE.A, (response, name, type) =>
        name === 'signed.plain-nsec' && type === TYPE.DS
          ? { ...response, answers: [], authorities: proof }
          : response,
      );
    expect(await hidden(authorities)).toMatchObject({ security: 'bogus' });
    expect(await hidden(unsigned.authorities)).toMatchObject({ security: 'bogus' });
  });

  test('NXDOMAIN with the proof of another name is bogus', async () => {
    const replayed = await judged('mx.p256.test', TYPE.TXT, (response, name, type) =>
      name === 'mx.p256.test' && type === TYPE.TXT ? { ...response, rcode: 3 } : response,
    );
    expect(replayed).toMatchObject({ security: 'bogus' });
  });

  test.each(['p256.test', 'nsec3.test'])(
    'in %s the wildcard does not answer for a name that exists',
    async (origin) => {
      const wild = await worldAnswer(`any.wild.${origin}`, TYPE.A);
      const answered = await judged(`mx.wild.${origin}`, TYPE.A, (response, name) =>
        name === `mx.wild.${origin}`
          ? { ...wild, answers: wild.answers.map((one) => ({ ...one, name })), authorities: [] }
          : response,
      );
      expect(answered.security).not.toBe('secure');
    },
  );

  test('without the proofs the resolver is blamed, not the zone', async () => {
    const silent = await judged('none.p256.test', TYPE.A, (response, name) =>
      name === 'none.p256.test'
        ? { ...response, authorities: without(response.authorities, TYPE.NSEC) }
        : response,
    );
    expect(silent).toMatchObject({ security: 'indeterminate' });
  });

  test('a resolver that sends no signatures at all leaves everything open', async () => {
    const bare = await judged('mx.p256.test', TYPE.A, (response) => ({
      ...response,
      answers: response.answers.filter(({ type }) => type !== TYPE.RRSIG),
      authorities: [],
    }));
    expect(bare).toEqual({
      security: 'indeterminate',
      why: 'the resolver gives no signatures of DNSSEC',
    });
  });

  async function worldAnswer(name: string, type: number): Promise<DnsResponse> {
    const reply = await signedWorld(ZONES, { now: NOW }).ask(name, type);
    if (reply.kind !== 'response') throw new Error(reply.text);
    return reply.response;
  }
});

test.each([
  ['example', '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom'],
  ['a.example', '35mthgpgcu1qg68fab165klnsnk3dpvl'],
  ['ns1.example', '2t7b4g4vsa5smi47k61mv5bv1a22bojr'],
  ['x.w.example', 'b4um86eghhds6nea196smvmlo4ors995'],
])('the hash of %s is that of RFC 5155 appendix A', (name, hash) => {
  expect(hashedName(name, Buffer.from('aabbccdd', 'hex'), 12)).toBe(hash);
});
