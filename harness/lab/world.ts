import type { Lab as Mocks, Zone, ZoneRecord } from 'net-mocks';
import type { AddressPlan } from './address-plan.ts';
import { CLIENT_DOMAIN, SINK_HOST } from './names.ts';

/**
 * What is in the DNS for everybody: the target, the client at its vantages, the sink, each with the
 * address record of its name and the name of its address, so that a server that looks either up finds
 * them in agreement.
 */
export async function publishWorld(
  mocks: Mocks,
  plan: AddressPlan,
  target: { readonly domain: string; readonly hostname: string; readonly address: string },
): Promise<void> {
  const vantageNames = [...plan.vantages, plan.reader, ...plan.unused].map(({ name, address }) => ({
    name: `${name}.${CLIENT_DOMAIN}`,
    address,
  }));
  const [first] = plan.vantages;
  const sinkDomain = SINK_HOST.slice(SINK_HOST.indexOf('.') + 1);
  const zones: Zone[] = [
    {
      origin: CLIENT_DOMAIN,
      records: [
        ...vantageNames.map(({ name, address }): ZoneRecord => ({ name, type: 'A', data: address })),
        // Names that single checks give in EHLO.
        ...(first ? [{ name: `*.${CLIENT_DOMAIN}`, type: 'A', data: first.address }] : []),
      ],
    },
    { origin: sinkDomain, records: [{ name: SINK_HOST, type: 'A', data: plan.sink }] },
    {
      origin: target.domain,
      records: [
        { name: target.domain, type: 'MX', data: { preference: 10, exchange: target.hostname } },
        ...(isBelow(target.hostname, target.domain)
          ? [{ name: target.hostname, type: 'A', data: target.address }]
          : []),
      ],
    },
    {
      origin: 'in-addr.arpa',
      records: [
        ...vantageNames,
        { name: SINK_HOST, address: plan.sink },
        { name: target.hostname, address: target.address },
      ].map(({ name, address }): ZoneRecord => ({ name: reverseName(address), type: 'PTR', data: name })),
    },
  ];
  if (!isBelow(target.hostname, target.domain)) {
    zones.push({
      origin: target.hostname,
      records: [{ name: target.hostname, type: 'A', data: target.address }],
    });
  }
  await mocks.dns.publish({ zones });
}

function isBelow(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

/** RFC 1035 §3.5. */
function reverseName(address: string): string {
  return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
}
