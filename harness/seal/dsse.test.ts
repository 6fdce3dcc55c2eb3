import { createPrivateKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  isSignedBy,
  keyIdOf,
  preAuthenticationEncoding,
  readEnvelope,
  signPayload,
  writeEnvelope,
} from './dsse.ts';
import { chosenSigner, readPublicKey } from './signer.ts';

const PAYLOAD = Buffer.from('{"a":"ä"}\n');
const ed25519 = generateKeyPairSync('ed25519');
const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const PAIRS = [
  ['Ed25519', ed25519, null],
  ['ECDSA P-256', p256, 'sha256'],
] as const;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-keys-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function pem(name: string, key: KeyObject): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }));
  return path;
}

test('what is signed is the encoding of the DSSE protocol, with lengths in octets', () => {
  expect(preAuthenticationEncoding(PAYLOAD).toString()).toBe(
    'DSSEv1 28 application/vnd.in-toto+json 11 {"a":"ä"}\n',
  );
});

describe.each(PAIRS)('%s', (_, { privateKey, publicKey }, hash) => {
  test('signs what other programs verify, and nothing else', () => {
    const envelope = readEnvelope(writeEnvelope(signPayload(PAYLOAD, privateKey)));
    expect(envelope.payload).toEqual(PAYLOAD);
    expect(envelope.keyId).toBe(keyIdOf(publicKey));
    const signed = Buffer.from('DSSEv1 28 application/vnd.in-toto+json 11 {"a":"ä"}\n');
    expect(verify(hash, signed, publicKey, envelope.signature)).toBe(true);
    expect(isSignedBy(envelope, publicKey)).toBe(true);
    expect(isSignedBy({ ...envelope, payload: Buffer.from('{"a":"b"}\n') }, publicKey)).toBe(false);
    for (const [, other] of PAIRS)
      if (other.publicKey !== publicKey) expect(isSignedBy(envelope, other.publicKey)).toBe(false);
  });

  test('signs by a program that has the key', async () => {
    const file = await pem(`${hash}.pem`, privateKey);
    const publicFile = await pem(`${hash}.pub`, publicKey);
    const program = join(folder, `sign-${hash}.cjs`);
    // As a token does: of ECDSA it gives the two numbers after each other.
    await writeFile(
      program,
      `const { readFileSync } = require('node:fs');
const { sign, createPrivateKey } = require('node:crypto');
const key = { key: createPrivateKey(readFileSync(${JSON.stringify(file)})), dsaEncoding: 'ieee-p1363' };
console.log(sign(${JSON.stringify(hash)}, readFileSync(0), key).toString('base64').replace(/(.{40})/g, '$1\\n'));`,
    );
    const signer = await chosenSigner({
      signer: `"${process.execPath}" "${program}"`,
      publicKey: publicFile,
    });
    const envelope = await signer?.(PAYLOAD);
    expect(envelope && isSignedBy(envelope, publicKey)).toBe(true);
  });
});

describe('an envelope is refused', () => {
  const text = writeEnvelope(signPayload(PAYLOAD, ed25519.privateKey));
  test.each([
    ['that is no JSON', 'seal', 'no JSON'],
    ['of another type', text.replace('in-toto', 'other'), 'no DSSE envelope'],
    ['without a signature', text.replace(/\[.*\]/, '[]'), 'no DSSE envelope'],
    ['with more than one', text.replace(/\[(.*)\]/, '[$1,$1]'), 'no DSSE envelope'],
    ['with more in it', text.replace('}]}', '}],"more":1}'), 'no DSSE envelope'],
    ['in another spelling', text.replace('{', '{ '), 'not written as mailspec writes it'],
    [
      'with a base64 of other bits that mean nothing',
      text.replace('=="}', '=="} '),
      'not written as mailspec',
    ],
  ])('%s', (_, changed, sentence) => {
    expect(changed).not.toBe(text);
    expect(() => readEnvelope(changed)).toThrow(sentence);
  });
});

describe('the options of a signer', () => {
  test('nobody signs where nothing is given, and no key is made up', async () => {
    expect(await chosenSigner({})).toBeNull();
  });

  test('that contradict each other, or a key that cannot sign, are told', async () => {
    const key = await pem('ed.pem', ed25519.privateKey);
    const publicKey = await pem('ed.pub', ed25519.publicKey);
    const rsa = await pem('rsa.pem', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    const p384 = await pem('p384.pem', generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey);
    const locked = join(folder, 'locked.pem');
    await writeFile(
      locked,
      createPrivateKey(ed25519.privateKey.export({ format: 'pem', type: 'pkcs8' })).export({
        format: 'pem',
        type: 'pkcs8',
        cipher: 'aes-256-cbc',
        passphrase: 'secret',
      }),
    );
    const cases = [
      [{ key, signer: 'true' }, 'Either --key or --signer signs'],
      [{ key, publicKey }, '--public-key is for --signer'],
      [{ signer: 'true' }, '--signer needs --public-key'],
      [
        { key: rsa },
        'rsa.pem: A key must be one of Ed25519, or of ECDSA on the curve P-256; this one is rsa.',
      ],
      [{ key: p384 }, 'this one is ec.'],
      [{ key: locked }, 'A key with a passphrase, or in a token, signs by --signer.'],
      [{ key: publicKey }, 'This is no private key in PEM'],
      [{ key: join(folder, 'nowhere') }, 'There is no such file.'],
    ] as const;
    for (const [options, sentence] of cases) await expect(chosenSigner(options)).rejects.toThrow(sentence);
    await expect(readPublicKey(join(folder, 'sign-null.cjs'))).rejects.toThrow('no public key in PEM');
  });

  test.each([
    ['fails', 'exit 7', 'The command ended with 7.'],
    ['prints nothing', 'true', 'did not print a signature in base64'],
    ['prints something else', 'echo "not base64!"', 'did not print a signature in base64'],
    [
      'signs something else',
      `echo ${Buffer.alloc(64, 1).toString('base64')}`,
      'is no signature over the octets',
    ],
  ])('a program that %s is told', async (_, command, sentence) => {
    const publicKey = await pem('some.pub', ed25519.publicKey);
    const signer = await chosenSigner({ signer: command, publicKey });
    await expect(signer?.(PAYLOAD)).rejects.toThrow(sentence);
  });
});
