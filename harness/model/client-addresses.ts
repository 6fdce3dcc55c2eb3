/** Kinds of addresses that clients and servers of a lab have. */
export const CLIENT_ADDRESSES = ['documentation', 'benchmarking', 'public'] as const;
export type ClientAddresses = (typeof CLIENT_ADDRESSES)[number];
