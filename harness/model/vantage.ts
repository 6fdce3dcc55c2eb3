/** An address from which the client can connect, as the target sees it. */
export interface Vantage {
  readonly name: string;
  readonly address: string;
  /** The /24 or /64 it lies in, such as `203.0.113.0/24`. */
  readonly network: string;
}

/** What was found out about the vantages before the first check. */
export interface Preflight {
  /** The target favours a vantage for its address: verdicts about strangers are not possible. */
  readonly trustedVantage: boolean;
  /** What was seen, in sentences. */
  readonly notes: readonly string[];
}

/** Addresses in the world of the target. */
export interface LabAddresses {
  readonly target: string;
  /** The MX of every domain that the lab gives out. */
  readonly sink: string;
  /** HTTPS host for policies. */
  readonly web: string;
}
