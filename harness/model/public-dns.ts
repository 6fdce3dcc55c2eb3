import type { Endpoint } from './endpoint.ts';

/** The resolver that the operator names for what a target without lab publishes; nobody else is ever asked. */
export interface PublicDns {
  /** Addresses, in the order in which they are asked. */
  readonly servers: readonly Endpoint[];
  /** Nobody on the path can change what they say: their AD bit counts (RFC 4035 §4.9.3). */
  readonly trustsAd: boolean;
  /** DS records of the keys of the root, one of which is enough. */
  readonly rootAnchors: readonly string[];
  /** How hosts of MTA-STS policies are reached. */
  readonly policyHosts: {
    readonly port: number;
    /** PEM; null: the authorities that Node trusts. */
    readonly authority: string | null;
  };
}
