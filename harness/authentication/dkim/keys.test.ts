import { describe, expect, test } from 'vitest';
import { keyRecord, readKeyRecord, signingKey } from './keys.ts';

describe('a key record', () => {
  test('of RSA tells the length of its modulus', async () => {
    const record = keyRecord(await signingKey('rsa-1024'));
    expect(readKeyRecord(record)).toEqual({
      type: 'rsa',
      bits: 1024,
      revoked: false,
      testing: false,
      named: true,
      defect: undefined,
    });
    expect(readKeyRecord(record.replace('v=DKIM1; k=rsa;', 't=s:y;'))).toMatchObject({
      bits: 1024,
      named: false,
      testing: true,
      defect: undefined,
    });
  });

  test('of Ed25519 has 32 octets', async () => {
    const record = keyRecord(await signingKey('ed25519'));
    expect(readKeyRecord(record)).toMatchObject({ type: 'ed25519', bits: undefined, defect: undefined });
    expect(readKeyRecord('v=DKIM1; k=ed25519; p=AAAA').defect).toMatch(/32 octets, found 3/);
  });

  test('without content in p= is revoked', () => {
    expect(readKeyRecord('v=DKIM1; p=')).toMatchObject({ revoked: true, defect: undefined });
  });

  test.each([
    ['v=DKIM1; k=rsa; p=garbage!', 'not base64'],
    ['v=DKIM1; k=rsa; p=AAAA', 'no RSA key'],
    ['v=DKIM1; k=rsa', 'no p= tag'],
    ['v=DKIM2; p=AAAA', 'not DKIM1'],
    ['k=rsa; v=DKIM1; p=AAAA', 'not the first'],
    ['v=DKIM1; k=dsa; p=AAAA', 'unknown kind'],
    ['v=DKIM1; p=AAAA; p=AAAA', 'no list of tags'],
    ['anything', 'no list of tags'],
  ])('%s cannot be used', (record, why) => {
    expect(readKeyRecord(record).defect).toContain(why);
  });
});
