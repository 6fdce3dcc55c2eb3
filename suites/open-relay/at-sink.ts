import type { ZoneRecord } from '../../harness/check/check.ts';

/** Records of a domain whose mail comes to the receiving server of the lab, by a name of its own. */
export function atSink(domain: string, sink: string): readonly ZoneRecord[] {
  return [
    { name: domain, type: 'MX', data: { preference: 10, exchange: `sink.${domain}` } },
    { name: `sink.${domain}`, type: 'A', data: sink },
  ];
}
