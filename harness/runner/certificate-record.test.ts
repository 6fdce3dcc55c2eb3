import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthority } from '../net-mocks/certificates/authority.ts';
import { certificateRecord, fingerprintOf } from './certificate-record.ts';

test('a record tells what a certificate says, and is found by its fingerprint', async () => {
  const authority = await createAuthority();
  const der = new X509Certificate(authority.certificate).raw;
  const told = certificateRecord(der);
  expect(told).toMatchObject({
    fingerprint: fingerprintOf(der),
    selfSigned: true,
    names: [],
    namesOmitted: 0,
  });
  expect(told.fingerprint).toBe(new X509Certificate(der).fingerprint256.replaceAll(':', '').toLowerCase());
  expect(told.subject).toContain('net-mocks test authority');
  expect(told.key).toMatch(/^(rsa \d+|ec \S+)$/);
  expect(Date.parse(told.notAfter ?? '')).toBeGreaterThan(Date.parse(told.notBefore ?? ''));
});

test('of octets that are no certificate it says so, on one line', () => {
  const told = certificateRecord(Buffer.from('30820101\r\n::error::', 'latin1'));
  expect(told).toMatchObject({ notBefore: null, notAfter: null, selfSigned: false });
  expect(told.subject).toMatch(/^cannot be read: /);
  expect(told.subject).not.toMatch(/[\r\n]/);
});
