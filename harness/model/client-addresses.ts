/** Kinds of addresses that clients in a lab come from. */
export const CLIENT_ADDRESSES = ['documentation', 'benchmarking'] as const;
export type ClientAddresses = (typeof CLIENT_ADDRESSES)[number];
