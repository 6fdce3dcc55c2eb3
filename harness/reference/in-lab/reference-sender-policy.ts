import { txtStrings, type Zone, type ZoneRecord } from 'net-mocks';
import { targetZones } from '../../lab/world.ts';
import { type FaultName, parkedDomain } from '../server.ts';

type Faulty = (fault: FaultName) => boolean;

/** Policies of the mail domain by which its mistakes are known. */
const MISTAKES: readonly (readonly [FaultName, (domain: string, hostname: string) => readonly string[]])[] = [
  ['own-spf-absent', () => []],
  ['own-spf-twice', (_domain, hostname) => [`v=spf1 a:${hostname} -all`, 'v=spf1 mx -all']],
  ['own-spf-malformed', () => ['v=spf1 +ip:116.100.122.11 -all']],
  ['own-spf-permits-everybody', (_domain, hostname) => [`v=spf1 a:${hostname} +all`]],
  ['own-spf-omits-this-server', () => ['v=spf1 ip4:192.0.2.77 -all']],
  ['own-spf-needs-many-lookups', (_domain, hostname) => [`v=spf1 ${`a:${hostname} `.repeat(11)}-all`]],
  ['own-spf-uses-ptr', (domain, hostname) => [`v=spf1 a:${hostname} ptr:${domain} -all`]],
];

/** Zones of the reference server with its sender policies (RFC 7208), and of a domain that never sends mail. */
export function senderPolicyZones(
  target: {
    readonly domain: string;
    readonly hostname: string;
    readonly address: string;
    readonly ipv6Address: string | undefined;
  },
  faulty: Faulty,
): Zone[] {
  const { domain, hostname } = target;
  const mistake = MISTAKES.find(([fault]) => faulty(fault));
  const policies = mistake ? mistake[1](domain, hostname) : [`v=spf1 a:${hostname} -all`];
  const parked = parkedDomain(domain);
  return [
    ...targetZones(target, [
      ...policies.map((data): ZoneRecord => ({ name: domain, type: 'TXT', data: txtStrings(data) })),
      { name: hostname, type: 'TXT', data: 'v=spf1 a -all' },
      ...(target.ipv6Address === undefined
        ? []
        : [{ name: hostname, type: 'AAAA', data: target.ipv6Address } as const]),
      ...furtherExchangers(target, faulty),
    ]),
    { origin: parked, records: faulty('parked-domain-unprotected') ? [] : parkedRecords(parked, faulty) },
  ];
}

/** Mail servers that are named and are none. */
function furtherExchangers(
  { domain, hostname }: { readonly domain: string; readonly hostname: string },
  faulty: Faulty,
): ZoneRecord[] {
  const second = (exchange: string): ZoneRecord => ({
    name: domain,
    type: 'MX',
    data: { preference: 20, exchange },
  });
  const alias = `alias.${domain}`;
  return [
    ...(faulty('mx-record-names-alias')
      ? [second(alias), { name: alias, type: 'CNAME', data: hostname } as const]
      : []),
    ...(faulty('mx-record-names-nothing') ? [second(`nothing.${domain}`)] : []),
  ];
}

/** A null MX (RFC 7505 §3), and policies that let nobody through. */
function parkedRecords(domain: string, faulty: Faulty): ZoneRecord[] {
  return [
    ...(faulty('parked-domain-without-null-mx')
      ? []
      : [{ name: domain, type: 'MX', data: { preference: 0, exchange: '.' } }]),
    { name: domain, type: 'TXT', data: 'v=spf1 -all' },
    { name: `_dmarc.${domain}`, type: 'TXT', data: `v=DMARC1; p=reject; rua=mailto:dmarc@${domain}` },
  ];
}
