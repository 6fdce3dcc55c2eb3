import type { TrafficEvent } from './events.ts';
import { visible } from './visible.ts';

/** How octets are kept: once, in the form that says all of them and can be read best. */
export type KeptOctets = { readonly text: string } | { readonly bytes: string };

/** Characters of visible notation for one octet up to which people read it rather than base64. */
const READABLE = 2;

/** Octets in visible notation, from which they can be had again; in base64 where they are no text. */
export function keptOctets(octets: Buffer): KeptOctets {
  const text = visible(octets);
  return text.length <= READABLE * octets.length ? { text } : { bytes: octets.toString('base64') };
}

/** The octets of an event, without what was left out of a long one. */
export function octetsOf(event: TrafficEvent): Buffer {
  return 'text' in event ? invisible(event.text) : Buffer.from(event.bytes, 'base64');
}

/** The octets of an event in visible notation. */
export function textOf(event: TrafficEvent): string {
  return 'text' in event ? event.text : visible(octetsOf(event));
}

const NAMED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\' };

/** Undoes the visible notation of octets. */
function invisible(text: string): Buffer {
  const parts = text.split(/(\\(?:x[0-9a-f]{2}|u\{[0-9a-f]+\}|[tnr\\]))/);
  return Buffer.concat(
    parts.map((part) => {
      if (part.startsWith('\\x')) return Buffer.from(part.slice(2), 'hex');
      if (part.startsWith('\\u'))
        return Buffer.from(String.fromCodePoint(Number.parseInt(part.slice(3, -1), 16)));
      return Buffer.from(part.startsWith('\\') ? (NAMED[part.slice(1)] ?? part) : part);
    }),
  );
}
