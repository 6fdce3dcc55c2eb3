import { encode, RECURSION_DESIRED } from 'dns-packet';
import { keyOf, nameToWire, readName } from './name.ts';
import { TYPE } from './types.ts';

export interface DnsRecord {
  /** As it is compared: in lower case. */
  readonly name: string;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** Names in it without compression. */
  readonly rdata: Buffer;
}

export interface DnsResponse {
  readonly id: number;
  /** Null where there is none that can be compared with what was asked. */
  readonly question: { readonly name: string; readonly type: number; readonly class: number } | null;
  /** With the upper bits of EDNS0 (RFC 6891 §6.1.3). */
  readonly rcode: number;
  readonly truncated: boolean;
  /** AD: the resolver says that it validated all of it (RFC 4035 §3.2.3). */
  readonly authentic: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
}

export interface Question {
  readonly name: string;
  readonly type: number;
}

export interface QueryOptions {
  readonly id: number;
  /** EDNS0 with DNSSEC OK (RFC 6891, RFC 3225); a server that is too old for it is asked without. */
  readonly edns: boolean;
  /** The resolver is not to withhold what does not validate: we do it (RFC 4035 §3.2.2). */
  readonly checkingDisabled: boolean;
}

/** What fits through nearly all paths in one piece (RFC 9715 §3). */
const PAYLOAD = 1_232;
const CLASS_IN = 1;
const CHECKING_DISABLED = 0x0010;
const AUTHENTIC = 0x0020;
const TRUNCATED = 0x0200;
const RESPONSE = 0x8000;
const OPCODE = 0x7800;
const HEADER = 12;

/** A query of one name and type. */
export function writeQuery({ name, type }: Question, { id, edns, checkingDisabled }: QueryOptions): Buffer {
  const options = encode({
    type: 'query',
    flags: 0,
    additionals: edns
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: PAYLOAD,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0x8000,
            flag_do: true,
            options: [],
          },
        ]
      : [],
  }).subarray(HEADER);
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(id, 0);
  // AD in a query says that it is understood in the answer (RFC 6840 §5.7).
  header.writeUInt16BE(RECURSION_DESIRED | AUTHENTIC | (checkingDisabled ? CHECKING_DISABLED : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(edns ? 1 : 0, 10);
  const question = Buffer.alloc(4);
  question.writeUInt16BE(type, 0);
  question.writeUInt16BE(CLASS_IN, 2);
  return Buffer.concat([header, nameToWire(name), question, options]);
}

/**
 * Reads a response.
 * @throws RangeError when the packet cannot be read, or is none
 */
export function readResponse(packet: Buffer): DnsResponse {
  const flags = packet.readUInt16BE(2);
  if ((flags & RESPONSE) === 0 || (flags & OPCODE) !== 0) throw new RangeError('The packet is no response.');
  let at = HEADER;
  let question: DnsResponse['question'] = null;
  const questions = packet.readUInt16BE(4);
  for (let count = questions; count > 0; count -= 1) {
    const { name, end } = readName(packet, at);
    question = { name: keyOf(name), type: packet.readUInt16BE(end), class: packet.readUInt16BE(end + 2) };
    at = end + 4;
  }
  let extended = 0;
  const section = (size: number): DnsRecord[] => {
    const records: DnsRecord[] = [];
    for (let count = size; count > 0; count -= 1) {
      const { name, end } = readName(packet, at);
      const [type, kind, ttl] = [
        packet.readUInt16BE(end),
        packet.readUInt16BE(end + 2),
        packet.readUInt32BE(end + 4),
      ];
      const start = end + 10;
      at = start + packet.readUInt16BE(end + 8);
      if (at > packet.length) throw new RangeError('A record runs past the end of the packet.');
      if (type === TYPE.OPT) extended = ttl >>> 24;
      else if (kind === CLASS_IN)
        records.push({ name: keyOf(name), type, ttl, rdata: withoutCompression(packet, type, start, at) });
    }
    return records;
  };
  const answers = section(packet.readUInt16BE(6));
  const authorities = section(packet.readUInt16BE(8));
  // A cut answer may end anywhere.
  if ((flags & TRUNCATED) === 0) section(packet.readUInt16BE(10));
  return {
    id: packet.readUInt16BE(0),
    question: questions === 1 ? question : null,
    rcode: (extended << 4) | (flags & 0x000f),
    truncated: (flags & TRUNCATED) !== 0,
    authentic: (flags & AUTHENTIC) !== 0,
    answers,
    authorities,
  };
}

/** Whether a response is the answer to a query (RFC 5452 §9.1). */
export function isAnswerTo(response: DnsResponse, { name, type }: Question, id: number): boolean {
  const { question } = response;
  return (
    response.id === id &&
    question !== null &&
    question.name === keyOf(name) &&
    question.type === type &&
    question.class === CLASS_IN
  );
}

/** Octets before the names in record data, and how many names follow. */
const NAMES_IN_DATA = new Map<number, { readonly skip: number; readonly names: number }>([
  [TYPE.NS, { skip: 0, names: 1 }],
  [TYPE.CNAME, { skip: 0, names: 1 }],
  [TYPE.PTR, { skip: 0, names: 1 }],
  [TYPE.DNAME, { skip: 0, names: 1 }],
  [TYPE.SOA, { skip: 0, names: 2 }],
  [TYPE.MX, { skip: 2, names: 1 }],
  [TYPE.SRV, { skip: 6, names: 1 }],
]);

function withoutCompression(packet: Buffer, type: number, start: number, end: number): Buffer {
  const form = NAMES_IN_DATA.get(type);
  if (type === TYPE.CNAME && start === end) throw new RangeError('An alias leads nowhere.');
  if (!form || end - start <= form.skip) return packet.subarray(start, end);
  const parts = [packet.subarray(start, start + form.skip)];
  let at = start + form.skip;
  for (let count = form.names; count > 0; count -= 1) {
    const { name, end: next } = readName(packet, at);
    parts.push(nameToWire(name));
    at = next;
  }
  if (at > end) throw new RangeError('A name runs past the end of its record.');
  return Buffer.concat([...parts, packet.subarray(at, end)]);
}

/** Record data as signatures cover it: the names in it in lower case (RFC 4034 §6.2, RFC 6840 §5.1). */
export function canonicalData({ type, rdata }: Pick<DnsRecord, 'type' | 'rdata'>): Buffer {
  const form = NAMES_IN_DATA.get(type);
  if (!form || rdata.length <= form.skip) return rdata;
  const parts = [rdata.subarray(0, form.skip)];
  let at = form.skip;
  for (let count = form.names; count > 0; count -= 1) {
    const { name, end } = readName(rdata, at);
    parts.push(nameToWire(keyOf(name)));
    at = end;
  }
  return Buffer.concat([...parts, rdata.subarray(at)]);
}
