import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { TrafficEvent } from './events.ts';
import { type KeptOctets, keptOctets, octetsOf, textOf } from './octets.ts';
import { visible } from './visible.ts';

const eventOf = (kept: KeptOctets): TrafficEvent => ({
  ...{ seq: 1, at: 0, connection: 1, kind: 'recv', layer: 'clear', redactions: 0 },
  ...kept,
});

test.each([
  '',
  '.\r\n',
  'a',
  '220 mail.example.test ESMTP\r\n',
  'EHLO \0\r\n',
  '\\r \\x00 \\u{202e} \\\\',
  'Grüße 😀\u202e\ufeff\r\n',
])('%j is kept as text, and is what it was', (text) => {
  const octets = Buffer.from(text);
  const kept = keptOctets(octets);
  expect(kept).toEqual({ text: visible(octets) });
  expect(octetsOf(eventOf(kept))).toEqual(octets);
});

test('octets that are no text are kept in base64, and are what they were', () => {
  for (let length = 0; length < 300; length += 1) {
    const octets = randomBytes(length);
    const event = eventOf(keptOctets(octets));
    expect(octetsOf(event)).toEqual(octets);
    expect(textOf(event)).toBe(visible(octets));
  }
  const binary = Buffer.from(Array.from({ length: 128 }, (_, index) => 128 + index));
  expect(keptOctets(binary)).toEqual({ bytes: binary.toString('base64') });
});
