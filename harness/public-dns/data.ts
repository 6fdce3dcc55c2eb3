import { decode } from 'dns-packet';
import type { DnsRecord } from './message.ts';
import { nameToWire } from './name.ts';
import { TYPE } from './types.ts';

/**
 * Record data as checks read it: A, AAAA an address; PTR, CNAME, NS a name; TXT its strings, an octet a character; MX,
 * SRV, SOA, TLSA, CAA an object. Null where the data cannot be read.
 */
export function readableData(record: DnsRecord): unknown {
  const { type, rdata } = record;
  if (type === TYPE.A && rdata.length !== 4) return null;
  if (type === TYPE.AAAA && rdata.length !== 16) return null;
  const header = Buffer.alloc(12);
  header.writeUInt16BE(0x8000, 2);
  header.writeUInt16BE(1, 6);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt16BE(rdata.length, 8);
  try {
    const [read] = decode(Buffer.concat([header, nameToWire(''), fixed, rdata])).answers ?? [];
    const data: unknown = read && 'data' in read ? read.data : null;
    if (!Array.isArray(data)) return data;
    return data.map((part: unknown) => (Buffer.isBuffer(part) ? part.toString('latin1') : part));
  } catch {
    // dns-packet throws errors of many kinds; all mean that the data cannot be read.
    return null;
  }
}
