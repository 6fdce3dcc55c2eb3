/** Where a server listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Which of its addresses is meant, IPv4 or IPv6, where the host is a name that has both. */
  readonly family?: 4 | 6;
}
