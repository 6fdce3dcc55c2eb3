import type { Lab as Mocks, Zone, ZoneRecord } from 'net-mocks';
import { familyOf } from '../model/address-family.ts';
import { reversedAddress } from '../wire/reversed-address.ts';
import { type AddressPlan, clientsOf } from './address-plan.ts';
import { CLIENT_DOMAIN, SINK_HOST, SMARTHOST_NAME } from './names.ts';

/** What the zones of a target are made from. */
interface NamedTarget {
  readonly domain: string;
  readonly hostname: string;
  readonly address: string;
  /** Of its other containers, each of which may be the one that connects to somebody. */
  readonly otherAddresses?: readonly string[];
  /** Over IPv6. It has a name, and the name does not have it: mail for the target comes over IPv4. */
  readonly ipv6Address?: string | undefined;
}

/**
 * What is in the DNS for everybody: the target, the client at its vantages, sink and smarthost, each with the
 * address record of its name and the name of its address, so that a server that looks either up finds
 * them in agreement.
 */
export async function publishWorld(mocks: Mocks, plan: AddressPlan, target: NamedTarget): Promise<void> {
  const vantageNames = [...clientsOf(plan), ...plan.elsewhere, ...clientsOf(plan.ipv6)].map(
    ({ name, address }) => ({ name: `${name}.${CLIENT_DOMAIN}`, address }),
  );
  const [first] = plan.vantages;
  const servers = [
    { name: SINK_HOST, address: plan.sink },
    { name: SMARTHOST_NAME, address: plan.smarthost },
  ];
  const zones: Zone[] = [
    {
      origin: CLIENT_DOMAIN,
      records: [
        ...vantageNames.map(({ name, address }) => addressRecord(name, address)),
        // Names that single checks give in EHLO.
        ...(first ? [{ name: `*.${CLIENT_DOMAIN}`, type: 'A', data: first.address }] : []),
      ],
    },
    ...servers.map(
      ({ name, address }): Zone => ({
        origin: name.slice(name.indexOf('.') + 1),
        records: [{ name, type: 'A', data: address }],
      }),
    ),
    ...targetZones(target),
    ...reverseZones([
      ...vantageNames,
      ...servers,
      ...addressesOf(target).map((address) => ({ name: target.hostname, address })),
      ...(target.ipv6Address === undefined ? [] : [{ name: target.hostname, address: target.ipv6Address }]),
    ]),
  ];
  await mocks.dns.publish({ zones });
}

/** What is in the DNS of a run in the open: the client at its vantages. All else is what others publish. */
export async function publishClients(
  mocks: Pick<Mocks, 'dns'>,
  clients: string,
  vantages: readonly { readonly name: string; readonly address: string }[],
): Promise<void> {
  const [first] = vantages;
  const address = (label: string, data: string): ZoneRecord => ({
    name: `${label}.${clients}`,
    type: 'A',
    data,
  });
  const records = [
    ...vantages.map((vantage) => address(vantage.name, vantage.address)),
    // Names that single checks give in EHLO.
    ...(first ? [address('*', first.address)] : []),
  ];
  await mocks.dns.publish({ zones: [{ origin: clients, records }] });
}

/**
 * The zones of a target, signed: MX of the domain, address of the host name, and what else it has.
 * @param records each at or below domain or host name
 */
export function targetZones(target: NamedTarget, records: readonly ZoneRecord[] = []): Zone[] {
  const { domain, hostname } = target;
  const host = addressesOf(target).map(
    (address): ZoneRecord => ({ name: hostname, type: 'A', data: address }),
  );
  const exchanger: ZoneRecord = { name: domain, type: 'MX', data: { preference: 10, exchange: hostname } };
  const belongs = (root: string) => (record: ZoneRecord) => isBelow(record.name, root);
  const own = [exchanger, ...host, ...records];
  if (isBelow(hostname, domain)) return [{ origin: domain, records: own, dnssec: {} }];
  return [
    { origin: domain, records: own.filter(belongs(domain)), dnssec: {} },
    { origin: hostname, records: own.filter(belongs(hostname)), dnssec: {} },
  ];
}

/** An A record, or AAAA. */
function addressRecord(name: string, address: string): ZoneRecord {
  return { name, type: familyOf(address) === 'IPv6' ? 'AAAA' : 'A', data: address };
}

/** Names of addresses of both families. */
function reverseZones(named: readonly { readonly name: string; readonly address: string }[]): Zone[] {
  const pointers = named.map(
    ({ name, address }): ZoneRecord => ({ name: reverseName(address), type: 'PTR', data: name }),
  );
  return ['in-addr.arpa', 'ip6.arpa'].map((origin) => ({
    origin,
    records: pointers.filter((record) => isBelow(record.name, origin)),
  }));
}

function addressesOf({ address, otherAddresses = [] }: NamedTarget): string[] {
  return [address, ...otherAddresses];
}

function isBelow(name: string, domain: string): boolean {
  const [key, root] = [name.toLowerCase(), domain.toLowerCase()];
  return key === root || key.endsWith(`.${root}`);
}

/** RFC 1035 §3.5, RFC 3596 §2.5. */
function reverseName(address: string): string {
  return `${reversedAddress(address)}.${familyOf(address) === 'IPv6' ? 'ip6' : 'in-addr'}.arpa`;
}
