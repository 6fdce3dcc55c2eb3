import { type DecodedPacket, decode, encode } from 'dns-packet';
import { type Answer, RCODE } from './lookup.ts';
import { readName, writeName } from './names.ts';
import type { ResourceRecord } from './zone.ts';

/** What the server needs to know of a query. */
export interface Query {
  id: number;
  /** Spelled as in the packet. */
  name: string;
  type: number;
  class: number;
  recursionDesired: boolean;
  checkingDisabled: boolean;
  edns: Edns | null;
  /** The question section, to be repeated octet for octet. */
  question: Buffer;
}

export interface Edns {
  version: number;
  udpPayloadSize: number;
  /** DNSSEC OK (RFC 3225). */
  dnssecOk: boolean;
}

/** A packet that gets an error code, or nothing at all. */
export type Unreadable = { reply: Buffer | null; reason: string };

export const CLASS_IN = 1;

const HEADER = 12;
const QR = 0x8000;
const OPCODE = 0x7800;
const AA = 0x0400;
const TC = 0x0200;
const RD = 0x0100;
const RA = 0x0080;
const CD = 0x0010;

/** What the server itself offers in EDNS (the value of DNS flag day 2020). */
const OUR_PAYLOAD_SIZE = 1232;
const SMALLEST_PAYLOAD_SIZE = 512;

export function readQuery(packet: Buffer): Query | Unreadable {
  if (packet.length < HEADER) return { reply: null, reason: 'shorter than a header' };
  const flags = packet.readUInt16BE(2);
  if ((flags & QR) !== 0) return { reply: null, reason: 'a response, not a query' };
  if ((flags & OPCODE) !== 0)
    return { reply: bareReply(packet, RCODE.NOTIMP), reason: 'opcode is not QUERY' };
  if (packet.readUInt16BE(4) !== 1)
    return { reply: bareReply(packet, RCODE.FORMERR), reason: 'expected one question' };
  // A query has no answers, and OPT and TSIG at most beside its question (RFC 6891 §6.1.1, RFC 8945 §5.1). What counts
  // say that is not there would be looked for as often.
  if (packet.readUInt16BE(6) !== 0 || packet.readUInt16BE(8) !== 0 || packet.readUInt16BE(10) > 2)
    return { reply: bareReply(packet, RCODE.FORMERR), reason: 'more records than a query has' };
  let decoded: DecodedPacket;
  let name: string;
  let end: number;
  try {
    ({ name, end } = readName(packet, HEADER));
    packet.readUInt16BE(end + 2);
    decoded = decode(packet);
  } catch {
    // dns-packet and Buffer throw errors of many kinds; all mean that the packet cannot be read.
    return { reply: bareReply(packet, RCODE.FORMERR), reason: 'malformed' };
  }
  const opt = decoded.additionals?.find((record) => record.type === 'OPT');
  return {
    id: packet.readUInt16BE(0),
    name,
    type: packet.readUInt16BE(end),
    class: packet.readUInt16BE(end + 2),
    recursionDesired: (flags & RD) !== 0,
    checkingDisabled: (flags & CD) !== 0,
    edns:
      opt === undefined
        ? null
        : { version: opt.ednsVersion, udpPayloadSize: opt.udpPayloadSize, dnssecOk: opt.flag_do },
    question: packet.subarray(HEADER, end + 4),
  };
}

/** How large an answer over UDP may be for this query. */
export function udpLimit(query: Query): number {
  const asked = Math.max(query.edns?.udpPayloadSize ?? 0, SMALLEST_PAYLOAD_SIZE);
  return query.edns === null ? SMALLEST_PAYLOAD_SIZE : Math.min(asked, OUR_PAYLOAD_SIZE);
}

export function writeAnswer(query: Query, answer: Answer, badVersion = false): Buffer {
  return assemble(query, answer, 0, badVersion);
}

/** TC set and no records: the client has to come back over TCP (RFC 2181 9). */
export function writeTruncated(query: Query, answer: Answer): Buffer {
  return assemble(query, { rcode: answer.rcode, answers: [], authorities: [] }, TC, false);
}

function assemble(query: Query, answer: Answer, extraFlags: number, badVersion: boolean): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(query.id, 0);
  // RA is claimed because the clients are stub resolvers, which complain about a server without recursion.
  const asked = (query.recursionDesired ? RD : 0) | (query.checkingDisabled ? CD : 0);
  header.writeUInt16BE(QR | AA | RA | asked | extraFlags | RCODE[answer.rcode], 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answer.answers.length, 6);
  header.writeUInt16BE(answer.authorities.length, 8);
  header.writeUInt16BE(query.edns === null ? 0 : 1, 10);
  return Buffer.concat([
    header,
    query.question,
    ...[...answer.answers, ...answer.authorities].map((record) => writeRecord(record, query.name)),
    ...(query.edns === null ? [] : [writeOpt(query.edns, badVersion)]),
  ]);
}

function writeRecord(record: ResourceRecord, askedName: string): Buffer {
  // RFC 1035 4.1.4: a pointer to the name in the question.
  const owner = record.name === askedName ? Buffer.from([0xc0, HEADER]) : writeName(record.name);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(record.type, 0);
  fixed.writeUInt16BE(CLASS_IN, 2);
  fixed.writeUInt32BE(record.ttl, 4);
  fixed.writeUInt16BE(record.rdata.length, 8);
  return Buffer.concat([owner, fixed, record.rdata]);
}

/** RFC 6891 6.1.3: BADVERS is 16, whose upper eight bits travel in the OPT record. */
function writeOpt(edns: Edns, badVersion: boolean): Buffer {
  const opt = {
    name: '.',
    type: 'OPT' as const,
    udpPayloadSize: OUR_PAYLOAD_SIZE,
    extendedRcode: badVersion ? 1 : 0,
    ednsVersion: 0,
    flags: edns.dnssecOk ? 0x8000 : 0,
    flag_do: edns.dnssecOk,
    options: [],
  };
  return encode({ type: 'response', additionals: [opt] }).subarray(HEADER);
}

function bareReply(packet: Buffer, rcode: number): Buffer {
  const header = Buffer.alloc(HEADER);
  packet.copy(header, 0, 0, 2);
  header.writeUInt16BE(QR | (packet.readUInt16BE(2) & (OPCODE | RD)) | rcode, 2);
  return header;
}
