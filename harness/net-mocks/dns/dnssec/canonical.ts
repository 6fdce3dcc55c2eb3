import { keyOf, readName, writeName } from '../names.ts';
import { TYPE } from '../types.ts';
import type { ResourceRecord } from '../zone.ts';

/** Octets before the names in rdata, and how many names follow, for types whose names are compared (RFC 4034 6.2). */
const NAMES_IN_DATA = new Map<number, { skip: number; names: number }>([
  [TYPE.NS, { skip: 0, names: 1 }],
  [TYPE.CNAME, { skip: 0, names: 1 }],
  [TYPE.PTR, { skip: 0, names: 1 }],
  [TYPE.DNAME, { skip: 0, names: 1 }],
  [TYPE.SOA, { skip: 0, names: 2 }],
  [TYPE.MX, { skip: 2, names: 1 }],
  [TYPE.SRV, { skip: 6, names: 1 }],
]);

/** A name in lower case on the wire (RFC 4034 6.2). */
export function canonicalName(name: string): Buffer {
  return writeName(keyOf(name));
}

/** The records of one RRset as signatures cover them: canonical form, sorted, each once (RFC 4034 6.2, 6.3). */
export function canonicalRecords(records: readonly ResourceRecord[], ttl: number): Buffer {
  const [first] = records;
  if (first === undefined) return Buffer.alloc(0);
  const owner = canonicalName(first.name);
  const data = records
    .map(({ type, rdata }) => canonicalData(type, rdata))
    .toSorted(Buffer.compare)
    .filter((one, index, all) => index === 0 || !one.equals(all[index - 1] ?? one));
  return Buffer.concat(
    data.flatMap((rdata) => {
      const fixed = Buffer.alloc(10);
      fixed.writeUInt16BE(first.type, 0);
      fixed.writeUInt16BE(1, 2);
      fixed.writeUInt32BE(ttl, 4);
      fixed.writeUInt16BE(rdata.length, 8);
      return [owner, fixed, rdata];
    }),
  );
}

function canonicalData(type: number, rdata: Buffer): Buffer {
  const form = NAMES_IN_DATA.get(type);
  if (form === undefined) return rdata;
  const parts = [rdata.subarray(0, form.skip)];
  let at = form.skip;
  try {
    for (let count = 0; count < form.names; count += 1) {
      const { name, end } = readName(rdata, at);
      parts.push(canonicalName(name));
      at = end;
    }
  } catch (problem) {
    // A record that is broken on purpose is signed as it is.
    if (problem instanceof RangeError) return rdata;
    throw problem;
  }
  return Buffer.concat([...parts, rdata.subarray(at)]);
}
