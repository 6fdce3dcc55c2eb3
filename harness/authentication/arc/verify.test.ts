import { expect, test } from 'vitest';
import { lines } from '../../wire/bytes.ts';
import { keyRecord, signingKey } from '../dkim/keys.ts';
import { type SealOrder, sealed } from './seal.ts';
import { arcFields, chainResult, verifyChain } from './verify.ts';

const MESSAGE = lines('From: <a@author.test>', 'To: <b@example.test>', 'Subject: sealed', '', 'text');
const LATER = lines('This line came later.');

async function order(): Promise<SealOrder> {
  const key = await signingKey('rsa-2048');
  return { domain: 'sealer.test', selector: 's1', key, results: 'sealer.test; dmarc=pass' };
}

async function published(name: string): Promise<readonly string[]> {
  return name === 's1._domainkey.sealer.test' ? [keyRecord((await order()).key)] : [];
}

test('a chain of two sets verifies, and every field of it is read', async () => {
  const once = await sealed(MESSAGE, await order());
  const twice = await sealed(once, { ...(await order()), validation: 'pass' });
  const { result, reason, fields } = await verifyChain(twice, published);
  expect([result, reason]).toEqual(['pass', '']);
  expect(fields.map(({ name, instance, validation }) => [name, instance, validation])).toEqual([
    ['arc-seal', 2, 'pass'],
    ['arc-message-signature', 2, null],
    ['arc-authentication-results', 2, null],
    ['arc-seal', 1, 'none'],
    ['arc-message-signature', 1, null],
    ['arc-authentication-results', 1, null],
  ]);
  expect(fields[1]?.signed).toContain('subject');
});

test('a chain fails without its key, after a changed body, and where its first seal says pass', async () => {
  const once = await sealed(MESSAGE, await order());
  const results = await Promise.all([
    verifyChain(once, async () => []),
    verifyChain(Buffer.concat([once, LATER]), published),
    verifyChain(await sealed(MESSAGE, { ...(await order()), validation: 'pass' }), published),
  ]);
  expect(results.map(({ result }) => result)).toEqual(['fail', 'fail', 'fail']);
  expect(results[2]?.reason).toContain('cv');
});

test('a message without a chain has none; a chain that is sealed as broken takes no further set', async () => {
  expect(await verifyChain(MESSAGE, published)).toEqual({ result: 'none', reason: '', fields: [] });
  const broken = Buffer.concat([await sealed(MESSAGE, await order()), LATER]);
  const resolver = async (name: string) => (await published(name)).map((text) => [text]);
  expect(await chainResult(broken, resolver)).toMatchObject({ result: 'fail', mayBeSealed: true });
  const given = await sealed(broken, { ...(await order()), validation: 'fail' });
  expect(await chainResult(given, resolver)).toMatchObject({ result: 'fail', mayBeSealed: false });
});

test('fields are read though they are malformed', () => {
  const message = lines(
    'ARC-Seal: i=1; i=2; cv=pass',
    'ARC-Message-Signature: i=x; h=From : Authentication-Results',
    'ARC-Authentication-Results: i = 3 ; mx; spf=pass',
    '',
  );
  expect(arcFields(message)).toEqual([
    { name: 'arc-seal', instance: null, validation: null, signed: [] },
    {
      name: 'arc-message-signature',
      instance: null,
      validation: null,
      signed: ['from', 'authentication-results'],
    },
    { name: 'arc-authentication-results', instance: 3, validation: null, signed: [] },
  ]);
});
