import { check, type Lab, type Services } from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { ALWAYS_LISTED, NEVER_LISTED, nameIn } from './lists.ts';

export const outboundAddressesAreInGoodStanding = check(
  {
    id: 'DNSBL-006',
    slug: 'outbound-addresses-are-in-good-standing',
    title:
      "The target's own outbound addresses are not on the configured public lists and have matching reverse DNS",
    sends: 'an authenticated message to the receiving server, and lookups of the address that it comes from',
    demands: 'no list of the operator has the address, and its name leads back to it',
    level: 'policy',
    worst: 'warn',
    severity: 'info',
    clauses: ['rfc5782#5'],
    roles: ['submission', 'submissions'],
    per: 'target',
    needs: ['account', 'dns', 'sink', 'own-delivery'],
    beyondOpenLab: 'lists-of-the-target',
    effect: 'delivers',
    safety: 'sends-mail',
    buildsOn: [mailLeaves],
    budget: '60s',
    limits: [
      'Lists and reverse DNS are those of the lab; no public list is asked. Lists of dynamic ranges have addresses that nobody abused.',
      'One message shows one outbound address.',
    ],
    upholds: ['dnsbl.reputation-zones'],
    kills: ['outbound-address-listed', 'outbound-address-unnamed'],
  },
  async (services) => {
    const { lab, target, verify, notApplicable, note } = services;
    const zones = target.claims.dnsbl?.reputationZones ?? [];
    if (zones.length === 0)
      notApplicable('No list is named.', 'claims: dnsbl: reputation-zones is empty or left out');
    const world = lab();
    const { clientAddress: address } = services.finding(mailLeaves).arrived;
    note(`mail of the target comes from ${address}`);

    for (const zone of zones) {
      await assertListWorks(services, world, zone);
      const entries = await addressesOf(world, nameIn(zone, address));
      verify.that(entries.length === 0, {
        demand: `${address} is not on ${zone}`,
        expected: 'no entry',
        actual: entries.join(', ') || 'no entry',
      });
    }
    const names = await dataOf(world, nameIn('in-addr.arpa', address), 'PTR');
    verify.that(names.length > 0, {
      demand: `${address} has a name`,
      expected: 'a PTR record',
      actual: names.join(', ') || 'none',
    });
    const [name] = names;
    if (name === undefined) return;
    const addresses = await addressesOf(world, name);
    verify.that(addresses.includes(address), {
      demand: `${name} leads back to ${address}`,
      expected: address,
      actual: addresses.join(', ') || 'no address',
    });
  },
);

/** RFC 5782 §5; and a list that refuses a resolver says so by 127.255.255.x. */
async function assertListWorks(
  { inconclusive }: Pick<Services, 'inconclusive'>,
  world: Lab,
  zone: string,
): Promise<void> {
  const always = await addressesOf(world, nameIn(zone, ALWAYS_LISTED));
  const never = await addressesOf(world, nameIn(zone, NEVER_LISTED));
  const works =
    always.length > 0 && never.length === 0 && !always.some((one) => one.startsWith('127.255.255.'));
  if (works) return;
  inconclusive(
    'environment',
    `${zone} is no working list: 127.0.0.2 has ${always.join(', ') || 'no entry'}, 127.0.0.1 has ${never.join(', ') || 'no entry'}.`,
  );
}

function addressesOf(world: Lab, name: string): Promise<readonly string[]> {
  return dataOf(world, name, 'A');
}

async function dataOf({ dns }: Lab, name: string, type: 'A' | 'PTR'): Promise<readonly string[]> {
  const { records } = await dns.lookup(name, type);
  return records.flatMap((record) =>
    record.type === type && typeof record.data === 'string' ? [record.data] : [],
  );
}
