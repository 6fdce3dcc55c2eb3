import { type Answer, encode } from 'dns-packet';
import { parseIpv4, parseIpv6 } from '../input/addresses.ts';
import { parseHex } from '../input/bytes.ts';
import { describe, fieldsOf, InputError, type Parse, parseInteger, parseString } from '../input/parse.ts';
import { parseName } from './names.ts';
import { TYPE, typeName } from './types.ts';

export interface MxData {
  preference: number;
  exchange: string;
}
export interface SoaData {
  mname: string;
  rname: string;
  serial: number;
  refresh: number;
  retry: number;
  expire: number;
  minimum: number;
}
export interface SrvData {
  priority: number;
  weight: number;
  port: number;
  target: string;
}
export interface TlsaData {
  usage: number;
  selector: number;
  matchingType: number;
  /** Hexadecimal digits. */
  certificate: string;
}
export interface CaaData {
  flags?: number;
  tag: string;
  value: string;
}

/** What stands in `data` of a record; which form belongs to which type is told in `dns/zone.ts`. */
export type RecordData = string | string[] | MxData | SoaData | SrvData | TlsaData | CaaData;

const octet = parseInteger(0, 255);
const word = parseInteger(0, 65535);
const long = parseInteger(0, 4294967295);

/** RFC 1035 3.3: a character-string holds at most 255 octets. */
const LONGEST_STRING = 255;

const parseCharacterString: Parse<Buffer> = (value, path) => {
  const bytes = Buffer.from(parseString(value, path), 'utf8');
  if (bytes.length > LONGEST_STRING)
    throw new InputError(
      path,
      `the string has ${bytes.length} octets, at most 255 are allowed; write a list of shorter strings`,
    );
  return bytes;
};

const parseTxt: Parse<Buffer[]> = (value, path) => {
  if (!Array.isArray(value)) return [parseCharacterString(value, path)];
  if (value.length === 0) throw new InputError(path, 'expected at least one string, got an empty list');
  return value.map((element, index) => parseCharacterString(element, `${path}[${index}]`));
};

type Encode = (value: unknown, path: string) => Buffer;

/** dns-packet gives no rdata alone: one record owned by the root has 11 octets before it. */
function rdata(answer: Answer): Buffer {
  const headerAndOwner = 12 + 1 + 10;
  return encode({ type: 'response', answers: [answer] }).subarray(headerAndOwner);
}

const nameData =
  (type: 'NS' | 'CNAME' | 'PTR' | 'DNAME'): Encode =>
  (value, path) =>
    rdata({ name: '.', type, data: parseName(value, path) });

const encoders = new Map<number, Encode>([
  [TYPE.A, (value, path) => rdata({ name: '.', type: 'A', data: parseIpv4(value, path) })],
  [TYPE.AAAA, (value, path) => rdata({ name: '.', type: 'AAAA', data: parseIpv6(value, path) })],
  [TYPE.NS, nameData('NS')],
  [TYPE.CNAME, nameData('CNAME')],
  [TYPE.PTR, nameData('PTR')],
  [TYPE.DNAME, nameData('DNAME')],
  [TYPE.TXT, (value, path) => rdata({ name: '.', type: 'TXT', data: parseTxt(value, path) })],
  [TYPE.SPF, (value, path) => rdata({ name: '.', type: 'TXT', data: parseTxt(value, path) })],
  [
    TYPE.MX,
    (value, path) => {
      const fields = fieldsOf(value, path);
      const data = {
        preference: fields.required('preference', word),
        exchange: fields.required('exchange', parseName),
      };
      fields.end();
      return rdata({ name: '.', type: 'MX', data });
    },
  ],
  [
    TYPE.SOA,
    (value, path) => {
      const fields = fieldsOf(value, path);
      const data = {
        mname: fields.required('mname', parseName),
        rname: fields.required('rname', parseName),
        serial: fields.required('serial', long),
        refresh: fields.required('refresh', long),
        retry: fields.required('retry', long),
        expire: fields.required('expire', long),
        minimum: fields.required('minimum', long),
      };
      fields.end();
      return rdata({ name: '.', type: 'SOA', data });
    },
  ],
  [
    TYPE.SRV,
    (value, path) => {
      const fields = fieldsOf(value, path);
      const data = {
        priority: fields.required('priority', word),
        weight: fields.required('weight', word),
        port: fields.required('port', word),
        target: fields.required('target', parseName),
      };
      fields.end();
      return rdata({ name: '.', type: 'SRV', data });
    },
  ],
  [
    TYPE.TLSA,
    (value, path) => {
      const fields = fieldsOf(value, path);
      const data = {
        usage: fields.required('usage', octet),
        selector: fields.required('selector', octet),
        matchingType: fields.required('matchingType', octet),
        certificate: fields.required('certificate', parseHex),
      };
      fields.end();
      return rdata({ name: '.', type: 'TLSA', data });
    },
  ],
  [TYPE.CAA, encodeCaa],
]);

/** Written here because dns-packet's types admit three tags only; RFC 8659 4.1 leaves them open. */
function encodeCaa(value: unknown, path: string): Buffer {
  const fields = fieldsOf(value, path);
  const flags = fields.withDefault('flags', octet, 0);
  const tag = fields.required('tag', (text, at) => {
    const content = parseString(text, at);
    if (!/^[A-Za-z0-9]{1,15}$/.test(content))
      throw new InputError(at, `expected 1 to 15 letters and digits, got ${describe(content)}`);
    return content;
  });
  const content = fields.required('value', parseString);
  fields.end();
  return Buffer.concat([Buffer.from([flags, tag.length]), Buffer.from(tag), Buffer.from(content)]);
}

/** Parses `data` of a record of that type and returns its rdata octets. */
export function encodeRecordData(type: number, value: unknown, path: string): Buffer {
  const encoder = encoders.get(type);
  if (encoder === undefined)
    throw new InputError(path, `records of type ${typeName(type)} can only be written with a raw value`);
  return encoder(value, path);
}

/** Cuts a long text into strings that fit into one TXT record, for DKIM keys and the like. */
export function txtStrings(text: string, octets = LONGEST_STRING): string[] {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length !== text.length)
    throw new InputError('text', 'expected ASCII, because a cut inside a character would destroy it');
  const strings: string[] = [];
  for (let at = 0; at < text.length; at += octets) strings.push(text.slice(at, at + octets));
  return strings.length === 0 ? [''] : strings;
}
