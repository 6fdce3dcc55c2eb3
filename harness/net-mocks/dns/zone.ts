import { type Bytes, parseBytes } from '../input/bytes.ts';
import { fieldsOf, InputError, type Parse, parseInteger, parseList, parseOneOf } from '../input/parse.ts';
import type { SignatureFlaw } from './dnssec/signature.ts';
import { isAtOrBelow, keyOf, parentOf, parseName } from './names.ts';
import { encodeRecordData, type RecordData } from './record-data.ts';
import { parseType, TYPE, typeName } from './types.ts';

/**
 * A zone as tests write it. Names are absolute; a final dot may be left out.
 *
 * Forms of `data`: A, AAAA an address; NS, CNAME, PTR, DNAME a name; TXT, SPF a string or a list of
 * strings; MX, SOA, SRV, TLSA, CAA objects. `raw` sends exactly these octets as rdata, whatever the type,
 * and is exempt from every check of content: it is how broken records are made on purpose.
 */
export interface Zone {
  origin: string;
  records: ZoneRecord[];
  /** Signs the zone (RFC 4035); without it the zone is unsigned, and is delegated as such. */
  dnssec?: ZoneSigning;
}

export interface ZoneSigning {
  /** Signatures that do not hold. The first rule that applies to an RRset decides. */
  flaws?: SigningFlaw[];
}

/** Of which RRsets the signature is wrong, and how; without name or type of all of them. */
export interface SigningFlaw {
  name?: string;
  type?: string;
  signature: SignatureFlaw;
}

export type ZoneRecord = { name: string; type: string; ttl?: number } & (
  | { data: RecordData; raw?: never }
  | { raw: Bytes; data?: never }
);

/** A record ready to be sent. Everything the server does is decided on this form. */
export interface ResourceRecord {
  name: string;
  type: number;
  /** Seconds. */
  ttl: number;
  rdata: Buffer;
}

export interface CompiledSigning {
  /** Names as comparison keys. */
  flaws: { name: string | undefined; type: number | undefined; signature: SignatureFlaw }[];
}

/** A zone ready for lookups. Signatures are made while answers are. */
export interface CompiledZone {
  /** Comparison key of the apex. */
  origin: string;
  soa: ResourceRecord;
  /** Records by comparison key of their owner. */
  records: Map<string, ResourceRecord[]>;
  /** Owners and the names between them and the apex, which exist without records (RFC 8020). */
  names: Set<string>;
  /** Undefined when the zone is not signed. */
  dnssec: CompiledSigning | undefined;
}

/** Nothing may outlive the test that published it in some cache. */
const NO_CACHING = 0;

const parseTtl = parseInteger(0, 2147483647);

const parseRecord: Parse<ResourceRecord & { isRaw: boolean }> = (value, path) => {
  const fields = fieldsOf(value, path);
  const name = fields.required('name', parseName);
  const type = fields.required('type', parseType);
  const ttl = fields.withDefault('ttl', parseTtl, NO_CACHING);
  if (fields.has('data') === fields.has('raw'))
    throw new InputError(path, 'expected exactly one of data and raw');
  const raw = fields.optional('raw', parseBytes);
  const data = fields.optional('data', (content, at) => encodeRecordData(type, content, at));
  fields.end();
  const rdata = raw ?? data ?? Buffer.alloc(0);
  if (rdata.length > 65535)
    throw new InputError(path, `the record data has ${rdata.length} octets, at most 65535 are allowed`);
  return { name, type, ttl, rdata, isRaw: raw !== undefined };
};

const parseFlaw: Parse<CompiledSigning['flaws'][number]> = (value, path) => {
  const fields = fieldsOf(value, path);
  const name = fields.optional('name', parseName);
  const flaw = {
    name: name === undefined ? undefined : keyOf(name),
    type: fields.optional('type', parseType),
    signature: fields.required('signature', parseOneOf(['corrupt', 'expired', 'missing'])),
  };
  fields.end();
  return flaw;
};

const parseSigning: Parse<CompiledSigning> = (value, path) => {
  const fields = fieldsOf(value, path);
  const flaws = fields.withDefault('flaws', parseList(parseFlaw), []);
  fields.end();
  return { flaws };
};

export const parseZone: Parse<CompiledZone> = (value, path) => {
  const fields = fieldsOf(value, path);
  const apex = fields.required('origin', parseName);
  const parsed = fields.required('records', parseList(parseRecord));
  const dnssec = fields.optional('dnssec', parseSigning);
  fields.end();
  const origin = keyOf(apex);
  const records = new Map<string, ResourceRecord[]>();
  const names = new Set<string>([origin]);

  parsed.forEach(({ isRaw, ...record }, index) => {
    const at = `${path}.records[${index}]`;
    const key = keyOf(record.name);
    if (!isAtOrBelow(key, origin))
      throw new InputError(`${at}.name`, `${record.name} lies outside the zone ${apex}`);
    if (record.type === TYPE.SOA && key !== origin)
      throw new InputError(`${at}.name`, `a SOA record belongs to the apex ${apex}, not to ${record.name}`);
    if (record.type === TYPE.ANY) throw new InputError(`${at}.type`, 'ANY is a question, not a record type');
    const present = records.get(key) ?? [];
    if (!isRaw) refuseCnameBesideOthers(record, present, at);
    records.set(key, [...present, record]);
    for (let name: string | undefined = key; name !== undefined && name !== origin; name = parentOf(name))
      names.add(name);
  });

  const soa = records.get(origin)?.find((record) => record.type === TYPE.SOA) ?? defaultSoa(apex);
  if (!records.get(origin)?.includes(soa)) records.set(origin, [...(records.get(origin) ?? []), soa]);
  return { origin, soa, records, names, dnssec };
};

/** RFC 1034 3.6.2; DNSSEC records are the exception (RFC 4034 2.5). */
function refuseCnameBesideOthers(record: ResourceRecord, present: ResourceRecord[], at: string): void {
  const dnssec: readonly number[] = [TYPE.RRSIG, TYPE.NSEC];
  const others = present.filter((other) => !dnssec.includes(other.type));
  const [other] = others;
  if (other === undefined || dnssec.includes(record.type)) return;
  if (record.type === TYPE.CNAME || other.type === TYPE.CNAME)
    throw new InputError(
      at,
      `${record.name} would have CNAME beside other data (${typeName(other.type)} and ${typeName(record.type)}); ` +
        'write it with a raw value if that is the point',
    );
}

/** A zone without a SOA record of its own gets one, because negative answers carry it (RFC 2308). */
export function defaultSoa(apex: string): ResourceRecord {
  const under = (label: string): string => (apex === '.' ? label : `${label}.${apex}`);
  const mname = under('ns').length > 250 ? apex : under('ns');
  const rname = under('hostmaster').length > 250 ? apex : under('hostmaster');
  const data = { mname, rname, serial: 1, refresh: 3600, retry: 600, expire: 86400, minimum: NO_CACHING };
  return {
    name: apex,
    type: TYPE.SOA,
    ttl: NO_CACHING,
    rdata: encodeRecordData(TYPE.SOA, data, 'soa'),
  };
}
