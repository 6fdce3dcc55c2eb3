import { writeName } from '../names.ts';
import { TYPE } from '../types.ts';
import type { ResourceRecord } from '../zone.ts';

/** That a name has no other types than these (RFC 4034 4.1); the next name is the first one possible (RFC 4470). */
export function nothingElseAt(name: string, types: readonly number[], ttl: number): ResourceRecord {
  const next = name === '.' ? '\\000' : `\\000.${name}`;
  return nsec(name, next, [...types, TYPE.RRSIG, TYPE.NSEC], ttl);
}

/**
 * That neither a name exists nor a wildcard in its place: two records that span no more than they must
 * (RFC 4470).
 * @param nextCloser the name one label longer than the closest encloser (RFC 5155 1.3)
 * @param encloser the closest name that does exist
 */
export function nothingAt(nextCloser: string, encloser: string, ttl: number): ResourceRecord[] {
  const label = nextCloser.slice(0, encloser === '.' ? undefined : -encloser.length - 1);
  return [spanning(label, encloser, ttl), spanning('*', encloser, ttl)];
}

/** From just before a label to just after it and everything below it. */
function spanning(label: string, encloser: string, ttl: number): ResourceRecord {
  const under = (text: string) => (encloser === '.' ? text : `${text}.${encloser}`);
  return nsec(under(labelBefore(label)), under(`${label}\\000`), [TYPE.RRSIG, TYPE.NSEC], ttl);
}

/** In canonical order (RFC 4034 6.1), and so close that nobody is named in between. */
function labelBefore(label: string): string {
  const octets = writeName(label.toLowerCase()).subarray(1, -1);
  const last = octets.at(-1) ?? 0;
  const shorter = [...octets.subarray(0, -1)];
  const before = last === 0 ? shorter : [...shorter, last - 1, 0xff];
  return before.map((octet) => `\\${String(octet).padStart(3, '0')}`).join('');
}

function nsec(name: string, next: string, types: readonly number[], ttl: number): ResourceRecord {
  return { name, type: TYPE.NSEC, ttl, rdata: Buffer.concat([writeName(next), typeBitMaps(types)]) };
}

/** RFC 4034 4.1.2. */
export function typeBitMaps(types: readonly number[]): Buffer {
  const windows = Map.groupBy(new Set(types), (type) => type >> 8);
  const blocks = [...windows].toSorted(([one], [other]) => one - other);
  return Buffer.concat(
    blocks.map(([window, inside]) => {
      const bits = Buffer.alloc((Math.max(...inside.map((type) => type & 0xff)) >> 3) + 1);
      for (const type of inside) {
        const at = (type & 0xff) >> 3;
        bits[at] = (bits[at] ?? 0) | (0x80 >> (type & 7));
      }
      return Buffer.concat([Buffer.from([window, bits.length]), bits]);
    }),
  );
}
