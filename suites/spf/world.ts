import type { Services, ZoneRecord } from '../../harness/check/check.ts';
import { reversedAddress } from '../../harness/steps/reversed-address.ts';

/** An address that no client of the lab has (RFC 5737 §3). */
export const ELSEWHERE = '192.0.2.1';

/** The address from which the target sees the client. */
export function clientAddress({ lab, inconclusive }: Services): string {
  const [first] = lab().vantages;
  return first?.address ?? inconclusive('environment', 'The lab has no vantage.');
}

/** Of a string in a TXT record, in octets (RFC 1035 §3.3). */
const LONGEST = 255;

/** A TXT record of one string, or of several that belong together (RFC 7208 §3.3); what is too long for one is cut. */
export function txt(name: string, ...strings: readonly string[]): ZoneRecord {
  return { name, type: 'TXT', data: strings.flatMap((text) => text.match(PARTS) ?? ['']) };
}

const PARTS = new RegExp(`.{1,${LONGEST}}`, 'gs');

export function a(name: string, address: string): ZoneRecord {
  return { name, type: 'A', data: address };
}

/** An A record, or AAAA. */
export function addressRecord(name: string, address: string): ZoneRecord {
  return address.includes(':') ? { name, type: 'AAAA', data: address } : a(name, address);
}

export function mx(name: string, exchange: string, preference = 10): ZoneRecord {
  return { name, type: 'MX', data: { preference, exchange } };
}

/** An address as a number of 32 bits, and back. */
export function toNumber(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

export function toAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');
}

/** An IPv6 address with one bit turned over, the first one having the number 0. */
export function flippedIpv6(address: string, bit: number): string {
  const nibbles = reversedAddress(address).split('.').reverse();
  const at = Math.floor(bit / 4);
  const flipped = Number.parseInt(nibbles[at] ?? '', 16) ^ (8 >> (bit % 4));
  const groups = nibbles.with(at, flipped.toString(16)).join('').match(/.{4}/g) ?? [];
  const written = groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
  return written.replace(/(?:^|:)0(?::0)+(?::|$)/, '::');
}
