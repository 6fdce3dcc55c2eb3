import type { Claims } from './claims.ts';
import type { Endpoint } from './endpoint.ts';
import type { Guest } from './guest.ts';
import type { Safety } from './levels.ts';
import type { PublicDns } from './public-dns.ts';
import type { Role } from './roles.ts';
import type { Timing } from './timing.ts';

/** A mailbox of the target that the audit may use. */
export interface Account {
  readonly address: string;
  /** Login name where it differs from the address. */
  readonly login: string;
  readonly password: string;
  /** Made for audits: failed logins and lockout of it harm nobody. */
  readonly disposable: boolean;
  /** The right password may travel without TLS; only sensible for a disposable account. */
  readonly cleartextSecret: boolean;
}

/** A target whose endpoints are known and serve: what drivers hand to the runner; structured-cloneable. */
export interface Target {
  readonly name: string;
  readonly driver: 'reference' | 'container' | 'compose' | 'host' | 'network';
  /** Mail domain, such as `example.test`. */
  readonly domain: string;
  /** Name that users configure and certificates carry. */
  readonly hostname: string;
  readonly endpoints: Readonly<Partial<Record<Role, Endpoint>>>;
  /**
   * The IPv6 addresses of roles whose endpoint is reached over IPv4: where a name has both kinds, and there is no lab,
   * which knows its own.
   */
  readonly ipv6Endpoints?: Readonly<Partial<Record<Role, Endpoint>>>;
  readonly accounts: readonly Account[];
  /** PEM of the authority that signed the certificates of the target, where it is not a public one. */
  readonly trustAnchor: string | null;
  /** Most connections open to the target at the same time. */
  readonly connections: number;
  readonly permissions: readonly Safety[];
  readonly claims: Claims;
  readonly timing: Timing;
  /**
   * Whether the target takes the address of this machine for that of a stranger, as declared where there is no lab:
   * `inside` is an address that it trusts. Absent: nobody knows.
   */
  readonly auditedFrom?: 'outside' | 'inside';
  /** A server known to answer on port 25, which tells a closed port of the target from a network that blocks. */
  readonly port25Control?: Endpoint;
  /** How a server is visited that runs already; absent for what the run made itself. */
  readonly guest?: Guest;
  /** The resolver to ask for what it publishes, where it has no lab; nobody is asked without. */
  readonly publicDns?: PublicDns;
}
