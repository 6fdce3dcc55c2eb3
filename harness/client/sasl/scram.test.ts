import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type ScramDeviation, type ScramHash, type ScramOptions, scram, scramReplay } from './scram.ts';

const EMPTY = Buffer.alloc(0);

async function message(response: ReturnType<ReturnType<typeof scram>['respond']>): Promise<string> {
  const given = await response;
  if (given === 'cancel') throw new Error('The mechanism cancelled.');
  return given.bytes.toString();
}

describe('SCRAM, the examples of the RFCs', () => {
  test.each<{
    source: string;
    hash: ScramHash;
    nonce: string;
    serverFirst: string;
    final: string;
    signature: string;
  }>([
    {
      source: 'RFC 5802 §5',
      hash: 'SHA-1',
      nonce: 'fyko+d2lbbFgONRv9qkxdawL',
      serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
      final: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      signature: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    },
    {
      source: 'RFC 7677 §3',
      hash: 'SHA-256',
      nonce: 'rOprNGfwEbeRWgbNEkqO',
      serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
      final:
        'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      signature: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    },
  ])('$source', async ({ hash, nonce, serverFirst, final, signature }) => {
    const mechanism = scram({ hash, login: 'user', password: 'pencil', nonce });
    expect(mechanism.name).toBe(`SCRAM-${hash}`);
    expect(await message(mechanism.respond(EMPTY))).toBe(`n,,n=user,r=${nonce}`);
    const response = await mechanism.respond(Buffer.from(serverFirst));
    expect(response).toMatchObject({ bytes: Buffer.from(final) });
    // Proof and server signature allow guessing offline: both are redacted from here on.
    const secrets = response === 'cancel' ? [] : response.secrets.map(String);
    expect(secrets).toEqual(expect.arrayContaining([final.split('p=')[1], signature.slice(2)]));
    expect(await message(mechanism.respond(Buffer.from(signature)))).toBe('');
    expect(mechanism.facts).toMatchObject({
      nonceExtendsOurs: true,
      iterations: 4096,
      serverSignature: 'verified',
      serverError: undefined,
      problem: undefined,
    });
    expect(await mechanism.respond(EMPTY)).toBe('cancel');
  });
});

/** A server by the letter of RFC 5802: what it finds wrong, or nothing. */
function serverFor(options: { password: string; hash: ScramHash; bindings: Record<string, Buffer> }) {
  const digest = options.hash === 'SHA-1' ? 'sha1' : 'sha256';
  const length = digest === 'sha1' ? 20 : 32;
  const salt = Buffer.from('0123456789ab');
  let gs2 = '';
  let firstBare = '';
  let serverFirst = '';
  return {
    first(clientFirst: string, serverNonce = 'server-part'): string {
      const parts = /^((?:n|y|p=[^,]*),(?:a=[^,]*)?,)(.*)$/s.exec(clientFirst);
      [, gs2 = '', firstBare = ''] = parts ?? [];
      const nonce = /,?r=([^,]+)/.exec(firstBare)?.[1];
      serverFirst = `r=${nonce}${serverNonce},s=${salt.toString('base64')},i=4096`;
      return serverFirst;
    },
    problems(clientFinal: string): string[] {
      const [, binding = '', nonce = '', proof = ''] = /^c=([^,]*),r=([^,]*),p=(.*)$/.exec(clientFinal) ?? [];
      const found: string[] = [];
      if (firstBare.startsWith('m=')) found.push('extension');
      if (gs2.startsWith('y')) found.push('flag');
      if (!serverFirst.startsWith(`r=${nonce},`)) found.push('nonce');
      const type = /^p=([^,]*)/.exec(gs2)?.[1];
      const known = type === undefined ? EMPTY : options.bindings[type];
      if (!known) found.push('binding type');
      else if (!Buffer.from(binding, 'base64').equals(Buffer.concat([Buffer.from(gs2), known])))
        found.push('binding');
      const salted = pbkdf2Sync(options.password, salt, 4096, length, digest);
      const clientKey = createHmac(digest, salted).update('Client Key').digest();
      const stored = createHash(digest).update(clientKey).digest();
      const auth = `${firstBare},${serverFirst},${clientFinal.slice(0, clientFinal.lastIndexOf(',p='))}`;
      const signature = createHmac(digest, stored).update(auth).digest();
      const sent = Buffer.from(proof, 'base64');
      const recovered = Buffer.from(sent.map((octet, index) => octet ^ (signature[index] ?? 0)));
      if (!createHash(digest).update(recovered).digest().equals(stored)) found.push('proof');
      return found;
    },
  };
}

describe('SCRAM against a strict server', () => {
  const exporter = { type: 'tls-exporter', data: Buffer.from('exported keying material') };
  async function problemsOf(options: Partial<ScramOptions>): Promise<string[]> {
    const mechanism = scram({ hash: 'SHA-256', login: 'Ünal', password: 'pencil', ...options });
    const server = serverFor({
      password: 'pencil',
      hash: options.hash ?? 'SHA-256',
      bindings: { [exporter.type]: exporter.data },
    });
    const first = await message(mechanism.respond(EMPTY));
    return server.problems(await message(mechanism.respond(Buffer.from(server.first(first)))));
  }

  test.each<ScramHash>(['SHA-1', 'SHA-256'])(
    'SCRAM-%s has no problem, nor has its -PLUS variant',
    async (hash) => {
      expect(await problemsOf({ hash })).toEqual([]);
      expect(await problemsOf({ hash, binding: exporter })).toEqual([]);
      expect(await problemsOf({ hash, authorizationId: 'a,b=c' })).toEqual([]);
    },
  );

  // Each deviation is the only thing wrong: a server that misses it has no other reason to refuse.
  test.each<{ deviation: ScramDeviation; bound?: true; problem: string }>([
    { deviation: 'wrong-proof', problem: 'proof' },
    { deviation: 'changed-nonce', problem: 'nonce' },
    { deviation: 'mandatory-extension', problem: 'extension' },
    { deviation: 'flag-y', problem: 'flag' },
    { deviation: 'other-gs2-header', problem: 'binding' },
    { deviation: 'other-gs2-header', bound: true, problem: 'binding' },
    { deviation: 'corrupted-binding', bound: true, problem: 'binding' },
    { deviation: 'unknown-binding', bound: true, problem: 'binding type' },
  ])('$deviation (bound: $bound) departs in one way: $problem', async ({ deviation, bound, problem }) => {
    expect(await problemsOf({ deviation, ...(bound ? { binding: exporter } : {}) })).toEqual([problem]);
  });

  test('the -PLUS variant announces its binding', async () => {
    const mechanism = scram({
      hash: 'SHA-256',
      login: 'user',
      password: 'pencil',
      binding: exporter,
      nonce: 'n',
    });
    expect(mechanism.name).toBe('SCRAM-SHA-256-PLUS');
    expect(await message(mechanism.respond(EMPTY))).toBe('p=tls-exporter,,n=user,r=n');
  });

  test('deviations that contradict the variant are refused', () => {
    const base = { hash: 'SHA-256', login: 'user', password: 'pencil' } as const;
    expect(() => scram({ ...base, deviation: 'corrupted-binding' })).toThrow('needs a channel binding');
    expect(() => scram({ ...base, deviation: 'flag-y', binding: exporter })).toThrow('flag-y');
  });

  test('a replay sends the very octets of the recorded run', async () => {
    const mechanism = scram({ hash: 'SHA-1', login: 'user', password: 'pencil' });
    const server = serverFor({ password: 'pencil', hash: 'SHA-1', bindings: {} });
    const first = await message(mechanism.respond(EMPTY));
    expect(mechanism.record).toBeUndefined();
    const final = await message(mechanism.respond(Buffer.from(server.first(first))));
    if (!mechanism.record) throw new Error('The run left no record.');

    const replay = scramReplay(mechanism.record);
    const again = serverFor({ password: 'pencil', hash: 'SHA-1', bindings: {} });
    expect(await message(replay.respond(EMPTY))).toBe(first);
    const repeated = await message(replay.respond(Buffer.from(again.first(first, 'another-part'))));
    expect(repeated).toBe(final);
    expect(again.problems(repeated)).toEqual(['nonce', 'proof']);
    again.first(first);
    expect(again.problems(repeated)).toEqual([]);
  });
});

describe('SCRAM, what the server sends', () => {
  const base = { hash: 'SHA-256', login: 'user', password: 'pencil', nonce: 'abc' } as const;

  test.each([
    ['another nonce', 'r=xyz123,s=QUFB,i=4096', 'does not extend'],
    ['our nonce without addition', 'r=abc,s=QUFB,i=4096', 'does not extend'],
    ['no salt', 'r=abcdef,i=4096', 'Expected r=, s= and i='],
    ['an iteration count of zero', 'r=abcdef,s=QUFB,i=0', 'Expected r=, s= and i='],
    ['a count that would keep the client busy', 'r=abcdef,s=QUFB,i=4000000000', '4000000000 iterations'],
    ['a mandatory extension', 'm=x,r=abcdef,s=QUFB,i=4096', 'Expected r=, s= and i='],
    ['control characters', 'r=abc\x1bdef,s=QUFB,i=4096', 'found "r=abc\\x1bdef'],
  ])('%s ends the exchange with a sentence', async (_, serverFirst, sentence) => {
    const mechanism = scram(base);
    await mechanism.respond(EMPTY);
    expect(await mechanism.respond(Buffer.from(serverFirst))).toBe('cancel');
    expect(mechanism.facts.problem).toContain(sentence);
  });

  test.each([
    ['v=AAAA', { serverSignature: 'wrong', serverError: undefined }],
    ['v=rmF9pqV8S7suAoZWja4dJRkFsKQ=', { serverSignature: 'wrong', serverError: undefined }],
    ['e=invalid-proof', { serverSignature: 'absent', serverError: 'invalid-proof' }],
    ['', { serverSignature: 'absent', serverError: undefined }],
  ])('a final message of %j is a fact and is answered with nothing', async (serverFinal, facts) => {
    const mechanism = scram(base);
    await mechanism.respond(EMPTY);
    await mechanism.respond(Buffer.from('r=abcdef,s=QUFB,i=4096'));
    expect(await mechanism.respond(Buffer.from(serverFinal))).toEqual({ bytes: EMPTY, secrets: [] });
    expect(mechanism.facts).toMatchObject(facts);
  });

  test('a low iteration count is used and told', async () => {
    const mechanism = scram(base);
    await mechanism.respond(EMPTY);
    expect(await mechanism.respond(Buffer.from('r=abcdef,s=QUFB,i=1'))).not.toBe('cancel');
    expect(mechanism.facts.iterations).toBe(1);
  });
});
