import { expect, test } from 'vitest';
import { unofferedServerHello } from './unoffered-suite.ts';

/** Where the suite stands: record header, handshake header, version, random, length of the session id. */
const SUITE_AT = 5 + 4 + 2 + 32 + 1;

test('the ServerHello selects a suite that was not offered, whatever was', () => {
  expect(unofferedServerHello({ suites: [0xc02f] }).readUInt16BE(SUITE_AT)).toBe(0x0004);
  expect(unofferedServerHello({ suites: [0x0004, 0x0005, 0x000a] }).readUInt16BE(SUITE_AT)).toBe(0x0016);
});

test('its lengths are right', () => {
  const record = unofferedServerHello({ suites: [] });
  expect(record.readUInt16BE(3)).toBe(record.length - 5);
  expect(record.readUIntBE(6, 3)).toBe(record.length - 9);
});
