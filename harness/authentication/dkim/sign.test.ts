import { createPrivateKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { lines } from '../../wire/bytes.ts';
import { keyRecord, type SigningKey, signingKey } from './keys.ts';
import { type SignatureOrder, signature, signed } from './sign.ts';
import { parseTagList, tagValue } from './tag-list.ts';
import { verify } from './verify.ts';

const MESSAGE = lines(
  'From: Ann <ann@signer.test>',
  'To: bob@example.test',
  'Subject: a folded',
  '\t  subject',
  'Comments: first',
  'Comments: second',
  'Date: Fri, 11 Jul 2003 21:00:37 -0700',
  '',
  'Text with  two spaces \t at the end ',
  '.a dot',
  '',
  '',
);

async function resultsOf(message: Buffer, records: Readonly<Record<string, string>>) {
  const verified = await verify(message, async (name) => {
    const text = records[name];
    return text === undefined ? [] : [text];
  });
  return verified.map(({ result }) => result);
}

/** The message of RFC 8463 Appendix A.3 and its key. */
const RFC_8463 = {
  message: lines(
    'From: Joe SixPack <joe@football.example.com>',
    'To: Suzie Q <suzie@shopping.example.net>',
    'Subject: Is dinner ready?',
    'Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)',
    'Message-ID: <20030712040037.46341.5F8J@football.example.com>',
    '',
    'Hi.',
    '',
    'We lost the game.  Are you hungry yet?',
    '',
    'Joe.',
  ),
  seed: 'nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=',
  published: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
  bodyHash: '2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=',
  signature: '/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==',
};

test('the example of RFC 8463 Appendix A comes out to the bit', () => {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const key: SigningKey = {
    kind: 'ed25519',
    privateKey: createPrivateKey({
      key: Buffer.concat([prefix, Buffer.from(RFC_8463.seed, 'base64')]),
      format: 'der',
      type: 'pkcs8',
    }),
    published: RFC_8463.published,
  };
  const names = ['from', 'to', 'subject', 'date', 'message-id', 'from', 'subject', 'date'];
  const field = signature(RFC_8463.message, {
    domain: 'football.example.com',
    selector: 'brisbane',
    key,
    fields: names,
    // The order and the spaces of the example are part of what is signed; a line end folds to one space.
    rewrite: (tags) => [
      ...tags.filter(({ name }) => ['v', 'a', 'c', 'd'].includes(name)),
      { name: 'i', value: '@football.example.com' },
      { name: 'q', value: 'dns/txt' },
      { name: 's', value: 'brisbane' },
      { name: 't', value: '1528637909' },
      { name: 'h', value: names.join(' : ') },
      ...tags.filter(({ name }) => ['bh', 'b'].includes(name)),
    ],
  });
  const tags = parseTagList(field.toString('latin1').replace('DKIM-Signature:', ''));
  expect(tagValue(tags, 'bh')).toBe(RFC_8463.bodyHash);
  expect(tagValue(tags, 'b')?.replace(/\s/g, '')).toBe(RFC_8463.signature);
});

describe('mailauth verifies', () => {
  const kinds = ['simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed'] as const;
  test.each(kinds)('a signature with c=%s', async (canonicalization) => {
    const key = await signingKey('rsa-2048');
    const order: SignatureOrder = {
      domain: 'signer.test',
      selector: 's',
      key,
      canonicalization,
      fields: ['from', 'comments', 'comments', 'comments', 'subject', 'to', 'from'],
    };
    const records = { 's._domainkey.signer.test': keyRecord(key) };
    expect(await resultsOf(signed(MESSAGE, order), records)).toEqual(['pass']);
    const changed = Buffer.from(
      signed(MESSAGE, order).toString('latin1').replace('a dot', 'b dot'),
      'latin1',
    );
    expect(await resultsOf(changed, records)).toEqual(['fail']);
  });

  test.each(['rsa-1024', 'ed25519'] as const)('a signature with a key of kind %s', async (kind) => {
    const key = await signingKey(kind);
    const message = signed(MESSAGE, { domain: 'signer.test', selector: 's', key });
    expect(await resultsOf(message, { 's._domainkey.signer.test': keyRecord(key) })).toEqual(['pass']);
  });

  test.each([
    ['of an empty body', Buffer.alloc(0)],
    ['of blank lines', lines('', '')],
    ['of a last line without line end', Buffer.from('text')],
  ])('the hash %s', async (_name, body) => {
    const key = await signingKey('ed25519');
    const message = Buffer.concat([lines('From: <a@signer.test>', ''), body]);
    const orders = kinds.map((canonicalization) => ({
      domain: 'signer.test',
      selector: 's',
      key,
      canonicalization,
    }));
    const results = await resultsOf(signed(message, ...orders), {
      's._domainkey.signer.test': keyRecord(key),
    });
    expect(results).toEqual(['pass', 'pass', 'pass', 'pass']);
  });

  test('everything but the tag that was rewritten', async () => {
    const key = await signingKey('ed25519');
    const order: SignatureOrder = {
      domain: 'signer.test',
      selector: 's',
      key,
      rewrite: (tags) => tags.map((tag) => (tag.name === 'v' ? { ...tag, value: '2' } : tag)),
    };
    const [only] = await verify(signed(MESSAGE, order), async () => [keyRecord(key)]);
    expect(only).toMatchObject({ result: 'neutral', reason: 'incompatible version' });
  });

  test('nothing of a partial body after the length that is signed', async () => {
    const key = await signingKey('ed25519');
    const message = signed(MESSAGE, { domain: 'signer.test', selector: 's', key, bodyLength: 4 });
    const records = { 's._domainkey.signer.test': keyRecord(key) };
    expect(await resultsOf(message, records)).toEqual(['pass']);
    expect(await resultsOf(Buffer.concat([message, lines('more')]), records)).toEqual(['pass']);
  });
});

test('a signature whose key is nowhere does not pass, and an unsigned message has none', async () => {
  const key = await signingKey('ed25519');
  expect(await resultsOf(signed(MESSAGE, { domain: 'signer.test', selector: 's', key }), {})).toEqual([
    'neutral',
  ]);
  expect(await resultsOf(MESSAGE, {})).toEqual([]);
});
