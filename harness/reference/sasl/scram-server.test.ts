import { expect, test } from 'vitest';
import { deriveScram } from '../accounts.ts';
import { type ScramConduct, type ScramSettings, SOUND_SCRAM, scramServer } from './scram-server.ts';

/** The example of RFC 5802 §5 and that of RFC 7677 §3. */
const VECTORS = [
  {
    hash: 'sha1',
    salt: 'QSXCR+Q6sek8bf92',
    clientFirst: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    nonce: '3rfcNHYJY1ZVvWVs7j',
    serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    clientFinal: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    serverFinal: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    hash: 'sha256',
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    clientFinal:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
] as const;
const [SHA1, SHA256] = VECTORS;

function settings(vector: (typeof VECTORS)[number], conduct: Partial<ScramConduct> = {}): ScramSettings {
  return {
    hash: vector.hash,
    plus: false,
    plusOffered: false,
    nonce: vector.nonce,
    conduct: { ...SOUND_SCRAM, ...conduct },
    credentials: () => deriveScram('pencil', Buffer.from(vector.salt, 'base64'), 4_096, vector.hash),
    binding: () => undefined,
  };
}

/** Runs an exchange; returns the challenges as text and the result. */
function run(config: ScramSettings, ...responses: readonly string[]) {
  const exchange = scramServer(config);
  const challenges: string[] = [];
  let step = exchange.next();
  for (const response of responses) {
    if (step.done) break;
    challenges.push(step.value.toString());
    step = exchange.next(Buffer.from(response));
  }
  return { challenges, result: step.done ? step.value : undefined };
}

test.each(VECTORS)('follows the published example of SCRAM with $hash', (vector) => {
  const { challenges, result } = run(settings(vector), vector.clientFirst, vector.clientFinal, '');
  expect(challenges).toEqual(['', vector.serverFirst, vector.serverFinal]);
  expect(result).toEqual({ ok: true, login: 'user', authzid: '' });
});

const REFUSED = { ok: false, why: 'refused', login: 'user' };

test.each([
  ['a wrong proof', SHA1.clientFinal.replace('p=v0', 'p=v1'), REFUSED],
  ['a changed nonce', SHA1.clientFinal.replace('r=fyko', 'r=gyko'), REFUSED],
  ['a changed binding', SHA1.clientFinal.replace('c=biws', 'c=eSws'), REFUSED],
  ['a mandatory extension', SHA1.clientFinal.replace(',p=', ',m=x,p='), REFUSED],
  ['no proof', SHA1.clientFinal.replace(/,p=.*/, ''), { ...REFUSED, why: 'malformed' }],
])('refuses %s', (_name, clientFinal, expected) => {
  expect(run(settings(SHA1), SHA1.clientFirst, clientFinal, '').result).toEqual(expected);
});

test('refuses the flag y where a -PLUS mechanism is offered, and takes it elsewhere', () => {
  const first = SHA256.clientFirst.replace('n,,', 'y,,');
  expect(run({ ...settings(SHA256), plusOffered: true }, first).result).toEqual(REFUSED);
  expect(run(settings(SHA256), first).result).toBeUndefined();
});

test('a -PLUS mechanism needs a known binding', () => {
  const plus = { ...settings(SHA256), plus: true };
  expect(run(plus, SHA256.clientFirst).result).toEqual(REFUSED);
  expect(run(plus, SHA256.clientFirst.replace('n,,', 'p=tls-nosuch,,')).result).toEqual(REFUSED);
});

test('each check can be left out', () => {
  const wrongProof = SHA1.clientFinal.replace('p=v0', 'p=v1');
  expect(run(settings(SHA1, { comparesProof: false }), SHA1.clientFirst, wrongProof, '').result?.ok).toBe(
    true,
  );
  const signature = run(settings(SHA1, { signsCorrectly: false }), SHA1.clientFirst, SHA1.clientFinal, '')
    .challenges[2];
  expect(signature).toMatch(/^v=/);
  expect(signature).not.toBe(SHA1.serverFinal);
});

test.each(['', 'n,,n=user', 'x,,n=user,r=abc', 'n,,n=us=er,r=abc', 'n,,r=abc,n=user'])(
  'calls %j malformed',
  (first) => {
    expect(run(settings(SHA1), first).result).toMatchObject({ ok: false, why: 'malformed' });
  },
);
