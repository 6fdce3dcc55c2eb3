import { authenticate } from 'mailauth';
import { expect, test } from 'vitest';
import { lines } from '../../wire/bytes.ts';
import { keyRecord, signingKey } from '../dkim/keys.ts';
import { sealed } from './seal.ts';

const MESSAGE = lines('From: <a@author.test>', 'To: <b@example.test>', 'Subject: sealed', '', 'text');

test('a sealed message carries one ARC set, which verifies until the message is changed', async () => {
  const key = await signingKey('rsa-2048');
  const resolver = async (name: string) => {
    if (name === 's1._domainkey.sealer.test') return [[keyRecord(key)]];
    throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  };
  const found = async (message: Buffer) => {
    const { arc } = await authenticate(message, {
      ip: '192.0.2.1',
      helo: 'x',
      resolver,
      strict: true,
      disableBimi: true,
    });
    return arc ? arc.status.result : 'absent';
  };
  const message = await sealed(MESSAGE, {
    domain: 'sealer.test',
    selector: 's1',
    key,
    results: 'sealer.test; dmarc=pass',
  });
  expect(await found(message)).toBe('pass');
  expect(await found(Buffer.from(message.toString('latin1').replace('text', 'test'), 'latin1'))).toBe('fail');
  expect(await found(MESSAGE)).toBe('none');
});
