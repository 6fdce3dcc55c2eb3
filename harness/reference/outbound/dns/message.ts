import { randomInt } from 'node:crypto';
import { nameToWire, readName } from './name.ts';

/** Types of records that the outbound server reads, by number (IANA "DNS parameters"). */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  TLSA: 52,
} as const;

export const NOERROR = 0;
export const NXDOMAIN = 3;

export interface DnsRecord {
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Buffer;
}

export interface DnsResponse {
  readonly id: number;
  readonly rcode: number;
  readonly truncated: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
}

/** A query for one name and type with DNSSEC OK set (RFC 3225) and checking disabled: we check (RFC 4035 §3.2.2). */
export function writeQuery(name: string, type: number): { readonly id: number; readonly packet: Buffer } {
  const id = randomInt(65_536);
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(0x0110, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(1, 10);
  const question = Buffer.alloc(4);
  question.writeUInt16BE(type, 0);
  question.writeUInt16BE(1, 2);
  const opt = Buffer.from([0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0]);
  return { id, packet: Buffer.concat([header, nameToWire(name), question, opt]) };
}

/** @throws RangeError when the packet cannot be read */
export function readResponse(packet: Buffer): DnsResponse {
  const flags = packet.readUInt16BE(2);
  let at = 12;
  for (let count = packet.readUInt16BE(4); count > 0; count -= 1) at = readName(packet, at).end + 4;
  const section = (size: number): DnsRecord[] =>
    Array.from({ length: size }, () => {
      const { name, end } = readName(packet, at);
      const length = packet.readUInt16BE(end + 8);
      const start = end + 10;
      if (start + length > packet.length) throw new RangeError('A record runs past the end of the packet.');
      at = start + length;
      return {
        name,
        type: packet.readUInt16BE(end),
        ttl: packet.readUInt32BE(end + 4),
        rdata: packet.subarray(start, at),
      };
    });
  return {
    id: packet.readUInt16BE(0),
    rcode: flags & 0x000f,
    truncated: (flags & 0x0200) !== 0,
    answers: section(packet.readUInt16BE(6)),
    authorities: section(packet.readUInt16BE(8)),
  };
}
