import { describe, expect, test } from 'vitest';
import { InputError } from '../input/parse.ts';
import { parseFault } from './faults.ts';
import { readName, writeName } from './names.ts';
import { txtStrings } from './record-data.ts';
import { parseZone } from './zone.ts';

const record = (content: object) => ({ origin: 'x.test', records: [{ name: 'x.test', ...content }] });

describe('a zone is refused with a sentence that says where and why', () => {
  test.each<[string, unknown, string]>([
    ['not an object', 7, 'zones[0]: expected an object, got 7'],
    ['no origin', { records: [] }, 'zones[0].origin: expected a value, got nothing'],
    [
      'a misspelt field',
      { origin: 'x.test', recrods: [] },
      'zones[0].records: expected a value, got nothing',
    ],
    [
      'an unknown field',
      { origin: 'x.test', records: [], serial: 3 },
      'zones[0].serial: is not a known field; known here: origin, records, dnssec',
    ],
    [
      'a TXT string over 255 octets',
      record({ type: 'TXT', data: 'a'.repeat(256) }),
      'zones[0].records[0].data: the string has 256 octets, at most 255 are allowed; write a list of shorter strings',
    ],
    [
      'a TXT string over 255 octets of UTF-8',
      record({ type: 'TXT', data: ['ok', 'ü'.repeat(128)] }),
      'zones[0].records[0].data[1]: the string has 256 octets, at most 255 are allowed; write a list of shorter strings',
    ],
    [
      'an unknown type',
      record({ type: 'TEXT', data: 'a' }),
      'zones[0].records[0].type: "TEXT" is not a known record type; write TYPE and its number for others, with a raw value',
    ],
    [
      'a numbered type with data',
      record({ type: 'TYPE65280', data: 'a' }),
      'zones[0].records[0].data: records of type TYPE65280 can only be written with a raw value',
    ],
    [
      'a name outside the zone',
      record({ name: 'y.test', type: 'A', data: '127.0.0.1' }),
      'zones[0].records[0].name: y.test lies outside the zone x.test',
    ],
    [
      'a name that only ends alike',
      record({ name: 'ax.test', type: 'A', data: '127.0.0.1' }),
      'zones[0].records[0].name: ax.test lies outside the zone x.test',
    ],
    [
      'a bad IPv4 address',
      record({ type: 'A', data: '127.0.0.256' }),
      'zones[0].records[0].data: expected an IPv4 address, got "127.0.0.256"',
    ],
    [
      'an IPv4 address as AAAA',
      record({ type: 'AAAA', data: '127.0.0.1' }),
      'zones[0].records[0].data: expected an IPv6 address without a zone, got "127.0.0.1"',
    ],
    [
      'an empty label',
      record({ type: 'CNAME', data: 'a..b' }),
      'zones[0].records[0].data: "a..b" has an empty label',
    ],
    [
      'a U-label',
      record({ type: 'NS', data: 'bücher.test' }),
      'zones[0].records[0].data: "bücher.test" holds a character outside printable ASCII (write internationalised names as A-labels)',
    ],
    [
      'a number out of range',
      record({ type: 'MX', data: { preference: 65536, exchange: 'a.test' } }),
      'zones[0].records[0].data.preference: expected a whole number from 0 to 65535, got 65536',
    ],
    [
      'half a hexadecimal digit pair',
      record({ type: 'TLSA', data: { usage: 3, selector: 1, matchingType: 1, certificate: 'abc' } }),
      'zones[0].records[0].data.certificate: expected pairs of hexadecimal digits',
    ],
    [
      'both forms of content',
      record({ type: 'TXT', data: 'a', raw: { hex: '' } }),
      'zones[0].records[0]: expected exactly one of data and raw',
    ],
    [
      'two forms of octets',
      record({ type: 'TXT', raw: { hex: '00', text: 'a' } }),
      'zones[0].records[0].raw: expected exactly one of text, hex and base64',
    ],
    [
      'bad base64',
      record({ type: 'TXT', raw: { base64: 'a' } }),
      'zones[0].records[0].raw.base64: expected base64 with padding (RFC 4648)',
    ],
    [
      'ANY',
      record({ type: 'ANY', raw: { hex: '' } }),
      'zones[0].records[0].type: ANY is a question, not a record type',
    ],
  ])('%s', (_what, zone, sentence) => {
    try {
      parseZone(zone, 'zones[0]');
      expect.unreachable();
    } catch (problem) {
      expect(problem).toBeInstanceOf(InputError);
      expect(problem).toHaveProperty('message', sentence);
    }
  });

  test('labels over 63 and names over 255 octets', () => {
    expect(() => parseZone({ origin: `${'a'.repeat(64)}.test`, records: [] }, 'z')).toThrow('has 64 octets');
    const long = Array.from({ length: 5 }, () => 'a'.repeat(60)).join('.');
    expect(() => parseZone({ origin: long, records: [] }, 'z')).toThrow('takes 306 octets on the wire');
  });

  test('CNAME beside other data, unless raw', () => {
    const beside = (content: object) => ({
      origin: 'x.test',
      records: [
        { name: 'a.x.test', type: 'A', data: '127.0.0.1' },
        { name: 'A.x.test', type: 'CNAME', ...content },
      ],
    });
    expect(() => parseZone(beside({ data: 'b.test' }), 'z')).toThrow(
      'z.records[1]: A.x.test would have CNAME beside',
    );
    expect(parseZone(beside({ raw: { hex: '0162047465737400' } }), 'z').records.get('a.x.test')).toHaveLength(
      2,
    );
  });
});

test('faults are checked like zones', () => {
  expect(() => parseFault({ name: 'x.test', effect: 'explode' }, 'fault')).toThrow(
    'fault.effect: expected one of servfail,',
  );
  expect(() => parseFault({ name: 'x.test', effect: 'drop', times: 0 }, 'fault')).toThrow('fault.times:');
});

test('long texts are cut into strings that fit', () => {
  expect(txtStrings('a'.repeat(600)).map((string) => string.length)).toEqual([255, 255, 90]);
  expect(() => txtStrings('ü')).toThrow('expected ASCII');
});

test('names survive reading and writing whatever their octets', () => {
  const wire = Buffer.from('\x05a.b\\c\x03\x00 \xff\x04test\x00', 'latin1');
  const { name, end } = readName(wire, 0);
  expect(name).toBe('a\\.b\\\\c.\\000\\032\\255.test');
  expect(end).toBe(wire.length);
  expect(writeName(name)).toEqual(wire);
});
