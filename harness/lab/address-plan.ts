import type { Vantage } from '../model/vantage.ts';

/** Who has which address in the world of one target. */
export interface AddressPlan {
  readonly vantages: readonly Vantage[];
  /** Where mailboxes are read from. */
  readonly reader: Vantage;
  /** For single uses, in both networks. */
  readonly unused: readonly Vantage[];
  /** In a network of another kind, by which it is noticed that a server favours the kind of the others. */
  readonly elsewhere: readonly Vantage[];
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

/**
 * The same plan in two networks of 256 addresses each, given by their first three numbers: two vantages
 * and the reader in the first, one vantage and everything that serves in the second.
 * @param other the first three numbers of a network of another kind, where there is one
 */
export function planAddresses(first: string, second: string, other?: string): AddressPlan {
  const vantage = (name: string, prefix: string, number: number): Vantage => ({
    name,
    address: `${prefix}.${number}`,
    network: `${prefix}.0/24`,
  });
  return {
    vantages: [vantage('first', first, 10), vantage('neighbour', first, 11), vantage('distant', second, 10)],
    reader: vantage('reader', first, 12),
    unused: [first, second].flatMap((prefix, index) =>
      (UNUSED[index] ?? []).map((number) => vantage(`unused-${index + 1}-${number}`, prefix, number)),
    ),
    elsewhere: other === undefined ? [] : [vantage('elsewhere', other, 10)],
    resolver: `${second}.53`,
    sink: `${second}.25`,
    smarthost: `${second}.26`,
    web: `${second}.80`,
    middle: `${second}.90`,
    receivers: RECEIVERS.map((number) => `${second}.${number}`),
  };
}
