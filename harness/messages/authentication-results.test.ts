import { describe, expect, test } from 'vitest';
import { parseAuthenticationResults } from './authentication-results.ts';
import { parseReceivedSpf } from './received-spf.ts';

const read = (value: string) => {
  const parsed = parseAuthenticationResults(value);
  return (
    parsed && {
      by: parsed.authservId,
      results: parsed.results.map(({ method, result, reason, properties }) => ({
        method,
        result,
        ...(reason === undefined ? {} : { reason }),
        properties: Object.fromEntries(properties),
      })),
    }
  );
};

describe('Authentication-Results', () => {
  test('without results names the server alone (RFC 8601, B.2)', () => {
    expect(read('example.org 1; none')).toEqual({ by: 'example.org', results: [] });
  });

  test('with several methods, comments, a reason and folded properties (RFC 8601, B.5, B.6)', () => {
    expect(
      read(
        'example.com (a (nested) comment);\tauth=pass (cram-md5) smtp.auth=sender@example.net;\t' +
          'spf=fail smtp.mailfrom = example.net; dkim=fail reason="bad; \\"signature\\"" header.i=@mail-router.example.net',
      ),
    ).toEqual({
      by: 'example.com',
      results: [
        { method: 'auth', result: 'pass', properties: { 'smtp.auth': 'sender@example.net' } },
        { method: 'spf', result: 'fail', properties: { 'smtp.mailfrom': 'example.net' } },
        {
          method: 'dkim',
          result: 'fail',
          reason: 'bad; "signature"',
          properties: { 'header.i': '@mail-router.example.net' },
        },
      ],
    });
  });

  test.each([
    [
      'OpenDKIM',
      'mail.example.test;\tdkim=pass (2048-bit key; unprotected) header.d=a.test header.i=@a.test header.s=s header.a=rsa-sha256 header.b=abc',
    ],
    ['OpenDMARC', 'mail.example.test; dmarc=pass (p=none dis=none) header.from=a.test'],
    [
      'rspamd',
      'mail.example.test;\tdkim=none;\tspf=pass (mail.example.test: domain of x@a.test designates 1.2.3.4 as permitted sender) smtp.mailfrom=x@a.test;\tdmarc=none',
    ],
  ])('as %s writes it', (_name, value) => {
    expect(read(value)?.by).toBe('mail.example.test');
    expect(read(value)?.results.length).toBeGreaterThan(0);
  });

  test('a method without a result word is kept, with an empty one: Exim writes (invalid) where libspf2 gives up', () => {
    expect(
      read('mail.example.test;\tspf=(invalid) smtp.mailfrom=a.test;\tdkim=;\tdmarc=none header.from=a.test'),
    ).toEqual({
      by: 'mail.example.test',
      results: [
        { method: 'spf', result: '', properties: { 'smtp.mailfrom': 'a.test' } },
        { method: 'dkim', result: '', properties: {} },
        { method: 'dmarc', result: 'none', properties: { 'header.from': 'a.test' } },
      ],
    });
  });

  test.each(['a=b=c', 'x', 'spf=pass?', 'reason="spf=(none)"'])('%s is no result', (part) => {
    expect(read(`mail.example.test; ${part}`)).toEqual({ by: 'mail.example.test', results: [] });
  });

  test('a field that begins with a result names no server', () => {
    expect(read('spf=pass smtp.mailfrom=a.test')).toBeNull();
  });
});

describe('Received-SPF', () => {
  test('has a result, a comment and pairs (RFC 7208 §9.1)', () => {
    const parsed = parseReceivedSpf(
      'Pass (mybox.example.org: domain of x@a.test designates 192.0.2.1 as permitted sender) receiver=mybox.example.org; client-ip=192.0.2.1; envelope-from="x@a.test"; helo=foo.example.com;',
    );
    expect(parsed?.result).toBe('pass');
    expect(Object.fromEntries(parsed?.properties ?? [])).toEqual({
      receiver: 'mybox.example.org',
      'client-ip': '192.0.2.1',
      'envelope-from': 'x@a.test',
      helo: 'foo.example.com',
    });
  });

  test('something else is none', () => {
    expect(parseReceivedSpf('1.2.3.4')).toBeNull();
  });
});
