import type { ZoneRecord } from '../check/check.ts';

/**
 * What the domain of every ordinary sender has, whatever else it publishes: a mail exchanger and an address. Servers
 * refuse senders without either, which says nothing about what a check is about.
 * @param address of the exchanger, and of the domain
 */
export function ordinaryRecords(domain: string, address: string): readonly ZoneRecord[] {
  return [
    { name: domain, type: 'A', data: address },
    { name: domain, type: 'MX', data: { preference: 10, exchange: domain } },
  ];
}
