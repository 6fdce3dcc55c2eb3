import type { Vantage } from '../model/vantage.ts';

/** Which addresses clients have. */
export interface ClientPlan {
  readonly vantages: readonly Vantage[];
  /** Where mailboxes are read from. */
  readonly reader: Vantage;
  /** For single uses, in both networks. */
  readonly unused: readonly Vantage[];
}

/** Who has which address in the world of one target. */
export interface AddressPlan extends ClientPlan {
  /** In a network of another kind, by which it is noticed that a server favours the kind of the others. */
  readonly elsewhere: readonly Vantage[];
  /** The same clients over IPv6. */
  readonly ipv6: ClientPlan;
  readonly resolver: string;
  readonly sink: string;
  readonly smarthost: string;
  readonly web: string;
  /** Men in the middle. */
  readonly middle: string;
  /** Receiving servers of single checks. */
  readonly receivers: readonly string[];
}

const RECEIVERS = Array.from({ length: 64 }, (_, index) => 97 + index);
/** In the first network each run of a body with failed logins takes one, in the second only what must come from afar. */
const UNUSED = [
  Array.from({ length: 200 }, (_, index) => 30 + index),
  Array.from({ length: 60 }, (_, index) => 170 + index),
];

/** Of IPv6, in each of the two networks. */
const UNUSED_IPV6 = Array.from({ length: 30 }, (_, index) => 30 + index);

/**
 * The same plan in two networks of 256 addresses each, given by their first three numbers: two vantages
 * and the reader in the first, one vantage and everything that serves in the second.
 * @param ipv6 what stands before `::` in two networks of IPv6
 * @param other the first three numbers of a network of another kind, where there is one
 */
export function planAddresses(
  first: string,
  second: string,
  ipv6: readonly [first: string, second: string],
  other?: string,
): AddressPlan {
  const vantage = (name: string, prefix: string, number: number): Vantage => ({
    name,
    address: `${prefix}.${number}`,
    network: `${prefix}.0/24`,
  });
  const ofIpv6 = (name: string, prefix: string, number: number): Vantage => ({
    name: `${name}-ipv6`,
    address: `${prefix}::${number}`,
    network: `${prefix}::/64`,
  });
  return {
    vantages: [vantage('first', first, 10), vantage('neighbour', first, 11), vantage('distant', second, 10)],
    reader: vantage('reader', first, 12),
    unused: [first, second].flatMap((prefix, index) =>
      (UNUSED[index] ?? []).map((number) => vantage(`unused-${index + 1}-${number}`, prefix, number)),
    ),
    elsewhere: other === undefined ? [] : [vantage('elsewhere', other, 10)],
    ipv6: {
      vantages: [
        ofIpv6('first', ipv6[0], 10),
        ofIpv6('neighbour', ipv6[0], 11),
        ofIpv6('distant', ipv6[1], 10),
      ],
      reader: ofIpv6('reader', ipv6[0], 12),
      unused: ipv6.flatMap((prefix, index) =>
        UNUSED_IPV6.map((number) => ofIpv6(`unused-${index + 1}-${number}`, prefix, number)),
      ),
    },
    resolver: `${second}.53`,
    sink: `${second}.25`,
    smarthost: `${second}.26`,
    web: `${second}.80`,
    middle: `${second}.90`,
    receivers: RECEIVERS.map((number) => `${second}.${number}`),
  };
}

/** Every client of a plan that has an address of one family. */
export function clientsOf({ vantages, reader, unused }: ClientPlan): readonly Vantage[] {
  return [...vantages, reader, ...unused];
}
