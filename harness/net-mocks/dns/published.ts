import { decode } from 'dns-packet';
import type { Security, Signer } from './dnssec/signer.ts';
import { type Answer, lookup, type ZoneStore } from './lookup.ts';
import { CLASS_IN, writeAnswer } from './message.ts';
import { writeName } from './names.ts';
import { TYPE, typeName } from './types.ts';
import type { ResourceRecord } from './zone.ts';

/** A record as its readers see it. */
export interface PublishedRecord {
  name: string;
  type: string;
  /** Seconds. */
  ttl: number;
  /**
   * A, AAAA: an address; PTR, CNAME, NS: a name; TXT: its strings; MX, SRV, SOA, TLSA, CAA: an object. Null
   * where the record data cannot be read.
   */
  data: unknown;
}

/** What the published zones say about a name, faults left out of account. */
export interface PublishedAnswer {
  rcode: Answer['rcode'];
  records: PublishedRecord[];
  /** What a validating resolver makes of it (RFC 4035 4.3). */
  dnssec: Security;
}

/** Answers from the zones alone: no packet, no fault, no entry in the log of queries. */
export function lookUpPublished(
  store: ZoneStore,
  signer: Signer,
  name: string,
  type: number,
): PublishedAnswer {
  const answer = lookup(store, name, type);
  const { rcode, answers } = answer;
  return {
    rcode,
    dnssec: signer.securityOf(name, type, answer),
    records: answers.map((record) => ({
      name: record.name,
      type: typeName(record.type),
      ttl: record.ttl,
      data: isComplete(record) ? readable(name, type, { rcode, answers: [record], authorities: [] }) : null,
    })),
  };
}

/** dns-packet does not count the octets of addresses. */
function isComplete({ type, rdata }: ResourceRecord): boolean {
  if (type === TYPE.A) return rdata.length === 4;
  return type !== TYPE.AAAA || rdata.length === 16;
}

/** The data of the only record of an answer, read as a client reads it. */
function readable(name: string, type: number, answer: Answer): unknown {
  const typeAndClass = Buffer.alloc(4);
  typeAndClass.writeUInt16BE(type, 0);
  typeAndClass.writeUInt16BE(CLASS_IN, 2);
  const packet = writeAnswer(
    {
      id: 0,
      name,
      type,
      class: CLASS_IN,
      recursionDesired: true,
      checkingDisabled: false,
      edns: null,
      question: Buffer.concat([writeName(name), typeAndClass]),
    },
    answer,
  );
  try {
    const [record] = decode(packet).answers ?? [];
    const data: unknown = record && 'data' in record ? record.data : null;
    if (!Array.isArray(data)) return data;
    return data.map((part: unknown) => (Buffer.isBuffer(part) ? part.toString('latin1') : part));
  } catch {
    // dns-packet throws errors of many kinds; all mean that the data cannot be read.
    return null;
  }
}
