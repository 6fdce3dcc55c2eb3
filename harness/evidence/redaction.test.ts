import { describe, expect, test } from 'vitest';
import { createRedactor, marker } from './redaction.ts';

const PASSWORD = 'c0rrect-horse+battery';

function redactorFor(...secrets: string[]) {
  const redactor = createRedactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
}

describe('redaction', () => {
  test('replaces a secret as it is, everywhere', () => {
    const { bytes, redactions } = redactorFor(PASSWORD).redact(
      Buffer.from(`PASS ${PASSWORD}\r\n-ERR ${PASSWORD} is wrong\r\n`),
    );
    const mark = marker(Buffer.from(PASSWORD));
    expect(bytes.toString()).toBe(`PASS ${mark}\r\n-ERR ${mark} is wrong\r\n`);
    expect(redactions).toBe(2);
  });

  test('the marker tells length and sameness, not content', () => {
    expect(marker(Buffer.from(PASSWORD))).toMatch(/^\[secret 21 octets #[0-9a-f]{8}\]$/);
    expect(marker(Buffer.from(PASSWORD))).toBe(marker(Buffer.from(PASSWORD)));
    expect(marker(Buffer.from(PASSWORD))).not.toBe(marker(Buffer.from('another one of 21 oct')));
  });

  const lengths = Array.from({ length: 13 }, (_, index) => index);
  describe.each(['base64', 'base64url'] as const)('inside %s', (encoding) => {
    test.each(lengths)('with %i octets in front, whatever follows', (before) => {
      for (const after of lengths) {
        const plain = Buffer.from(
          `${'\0user.name@host'.slice(0, before)}${PASSWORD}${'\xff?>~tail-octets'.slice(0, after)}`,
        );
        const encoded = plain.toString(encoding);
        const { bytes, redactions } = redactorFor(PASSWORD).redact(Buffer.from(`AUTH PLAIN ${encoded}\r\n`));
        expect(redactions).toBe(1);
        expect(bytes.toString()).toBe(`AUTH PLAIN ${marker(Buffer.from(encoded))}\r\n`);
      }
    });

    test.each(['', 'x', 'xy', 'xyz', 'AUTH='])('where %j stands in front without a gap', (junk) => {
      const encoded = Buffer.from(`\0tim\0${PASSWORD}`).toString(encoding);
      const { bytes } = redactorFor(PASSWORD).redact(Buffer.from(`${junk}${encoded}`));
      expect(bytes.toString()).toMatch(/^(AUTH=)?\[secret \d+ octets #[0-9a-f]{8}\]$/);
    });
  });

  test('finds secrets of four octets at every alignment and leaves words alone that only resemble them', () => {
    const redactor = redactorFor('p4ss');
    for (const lead of ['', 'a', 'ab', 'abc']) {
      for (const tail of ['', 'a', 'ab', 'abc']) {
        const encoded = Buffer.from(`${lead}p4ss${tail}`).toString('base64');
        expect(redactor.redact(Buffer.from(encoded)).redactions, encoded).toBe(1);
      }
    }
    // The four whole characters of this form are there, the bits at their edges are not.
    const [core] = /^..(....)/.exec(Buffer.from('ap4ss').toString('base64'))?.slice(1) ?? [];
    expect(redactor.redact(Buffer.from(`AA${core}AA`)).redactions).toBe(0);
  });

  test('takes overlapping secrets as one place, and does not look into its own markers', () => {
    const redactor = redactorFor('secret', 'my-secret', 'secret-word', 'octets');
    const { bytes, redactions } = redactor.redact(Buffer.from('PASS my-secret-word, octets'));
    expect(redactions).toBe(2);
    expect(bytes.toString()).toBe(
      `PASS ${marker(Buffer.from('my-secret-word'))}, ${marker(Buffer.from('octets'))}`,
    );
  });

  test('finds a secret in visible notation too', () => {
    const redactor = redactorFor('back\\slash\u200b');
    expect(redactor.redact(Buffer.from('found "back\\\\slash\\u{200b}"')).redactions).toBe(1);
  });

  test('ignores what is too short to be a secret', () => {
    expect(redactorFor('abc', '').redact(Buffer.from('abcabc'))).toEqual({
      bytes: Buffer.from('abcabc'),
      redactions: 0,
    });
  });

  test('octets without a secret stay the same, control octets included', () => {
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
    expect(redactorFor(PASSWORD).redact(bytes)).toEqual({ bytes, redactions: 0 });
  });

  test('knows when a secret lies across a border, raw or in base64', () => {
    const redactor = redactorFor(PASSWORD);
    const raw = Buffer.from(`PASS ${PASSWORD}`);
    const encoded = Buffer.from(`AUTH PLAIN ${Buffer.from(`\0tim\0${PASSWORD}`).toString('base64')}`);
    for (const whole of [raw, encoded]) {
      expect(redactor.straddles(whole.subarray(0, -4), whole.subarray(-4))).toBe(true);
      expect(redactor.straddles(whole, Buffer.from('\r\n'))).toBe(false);
    }
    expect(redactor.straddles(Buffer.from('PASS '), Buffer.from(PASSWORD))).toBe(false);
  });

  test('a text that repeats the secret without end is redacted in proportion to its length', () => {
    const redactor = redactorFor('abcabcabc');
    const hostile = Buffer.from(Buffer.from('abcabcabc'.repeat(30_000)).toString('base64'));
    expect(redactor.redact(hostile).redactions).toBe(1);
  });
});
