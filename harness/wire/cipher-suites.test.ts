import { describe, expect, test } from 'vitest';
import { CIPHER_SUITES, cipherSuite, olderSuites, TLS13_SUITES } from './cipher-suites.ts';

describe('cipher suites', () => {
  test('numbers and names are unique', () => {
    expect(new Set(CIPHER_SUITES.map(({ number }) => number)).size).toBe(CIPHER_SUITES.length);
    expect(new Set(CIPHER_SUITES.map(({ name }) => name)).size).toBe(CIPHER_SUITES.length);
  });

  const ordinary = {
    tls13: false,
    null: false,
    anon: false,
    export: false,
    rc4: false,
    des: false,
    tripleDes: false,
    aead: false,
    forwardSecret: false,
    finiteField: false,
    rsaKeyTransport: false,
  };
  test.each([
    [0x0001, 'TLS_RSA_WITH_NULL_MD5', { null: true, rsaKeyTransport: true, bits: 0 }],
    [0x0003, 'TLS_RSA_EXPORT_WITH_RC4_40_MD5', { export: true, rc4: true, rsaKeyTransport: true, bits: 40 }],
    [0x0005, 'TLS_RSA_WITH_RC4_128_SHA', { rc4: true, rsaKeyTransport: true, bits: 128 }],
    [0x0009, 'TLS_RSA_WITH_DES_CBC_SHA', { des: true, rsaKeyTransport: true, bits: 56 }],
    [
      0x0016,
      'TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA',
      { tripleDes: true, forwardSecret: true, finiteField: true, bits: 112 },
    ],
    [
      0x0017,
      'TLS_DH_anon_EXPORT_WITH_RC4_40_MD5',
      { anon: true, export: true, rc4: true, forwardSecret: true, bits: 40 },
    ],
    [0x0031, 'TLS_DH_RSA_WITH_AES_128_CBC_SHA', { bits: 128 }],
    [
      0x0062,
      'TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA',
      { export: true, des: true, rsaKeyTransport: true, bits: 56 },
    ],
    [0x009d, 'TLS_RSA_WITH_AES_256_GCM_SHA384', { aead: true, rsaKeyTransport: true, bits: 256 }],
    [0x1301, 'TLS_AES_128_GCM_SHA256', { tls13: true, aead: true, forwardSecret: true, bits: 128 }],
    [0xc015, 'TLS_ECDH_anon_WITH_NULL_SHA', { anon: true, null: true, forwardSecret: true, bits: 0 }],
    [0xc02f, 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', { aead: true, forwardSecret: true, bits: 128 }],
    [0xc0ae, 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8', { aead: true, forwardSecret: true, bits: 128 }],
    [0xcca8, 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', { aead: true, forwardSecret: true, bits: 256 }],
  ])('0x%s is %s', (number, name, properties) => {
    expect(cipherSuite(number)).toEqual({ number, name, ...ordinary, ...properties });
  });

  test('only suites without encryption have a strength of zero', () => {
    expect(CIPHER_SUITES.filter(({ bits }) => bits === 0)).toEqual(
      CIPHER_SUITES.filter((suite) => suite.null),
    );
  });

  test('a number that is not in the list has no properties', () => {
    expect(cipherSuite(0xfafa)).toMatchObject({ name: 'unknown 0xfafa', tls13: false, forwardSecret: false });
  });

  test('weak families have members, and TLS 1.3 is none of them', () => {
    for (const family of ['null', 'anon', 'export', 'rc4', 'des', 'tripleDes', 'rsaKeyTransport'] as const) {
      const members = olderSuites((suite) => suite[family]);
      expect(members.length, family).toBeGreaterThan(2);
      expect(members.some(({ tls13 }) => tls13)).toBe(false);
    }
    expect(TLS13_SUITES.map(({ number }) => number)).toEqual([
      0xc6, 0xc7, 0x1301, 0x1302, 0x1303, 0x1304, 0x1305,
    ]);
  });
});
