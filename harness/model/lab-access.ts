import type { AddressFamily } from './address-family.ts';
import type { Endpoint } from './endpoint.ts';
import type { Role } from './roles.ts';
import type { LabAddresses, Preflight, Vantage } from './vantage.ts';

/**
 * How a client takes a vantage: by the source address of its socket, through a relay that has it, or, where no socket
 * can have it, by announcing it in a PROXY header to a listener that expects one.
 */
export type VantageRoute =
  | { readonly bind: string }
  | { readonly announces: true }
  /** `from` where the relay has several addresses, `security` where it stands in the open. */
  | { readonly relay: Endpoint; readonly from?: string; readonly security?: LabSecurity };

/** By what a lab in the open is known, and a run to it. */
export interface LabSecurity {
  readonly token: string;
  readonly trust: LabTrust;
}

/** Whose certificate is taken for that of a lab in the open. */
export interface LabTrust {
  /** PEM of an authority, or of the certificate itself. */
  readonly certificate: string;
  /** It is the certificate itself. */
  readonly pinned: boolean;
}

/** Where the names of a lab lie. */
export interface LabNames {
  /** What the domains of checks lie directly under. */
  readonly top: string;
  /** What every EHLO name of the client lies under. */
  readonly clients: string;
  /** MX of every domain that the lab gives out. */
  readonly sink: string;
}

export type RoutedVantage = Vantage & { readonly route: VantageRoute };

/** A receiving server outside an access network. */
export interface SinkAccess {
  readonly address: string;
  readonly family: AddressFamily;
  readonly hostname: string;
  /** Name of its server on port 25 in the lab's own interface. */
  readonly server: string;
}

/** The access network that is audited. */
export interface NetworkAccess {
  readonly vantages: readonly (Vantage & { readonly route: VantageRoute })[];
  /** Names of two vantages: behind the network, and untouched by it. */
  readonly subscriber: string;
  readonly open: string;
  readonly sinks: readonly SinkAccess[];
  /** An address outside on which nothing listens. */
  readonly unused: string;
}

/** The same target over IPv6: what stands in the place of the same fields of its lab. */
export interface Ipv6Access {
  readonly vantages: readonly RoutedVantage[];
  readonly reader: RoutedVantage;
  readonly unused: readonly RoutedVantage[];
  /** Address of the target. */
  readonly target: string;
  /** Where the declared roles would be; nobody has looked yet whether they answer. */
  readonly endpoints: Readonly<Partial<Record<Role, Endpoint>>>;
}

/** Everything that the worker of a target needs to use its lab; structured-cloneable. */
export interface LabAccess {
  /** Control interface of the lab. */
  readonly control: { readonly url: string; readonly token: string; readonly trust?: LabTrust };
  /** Where its names lie; under names that are nobody's when absent. */
  readonly names?: LabNames;
  readonly vantages: readonly RoutedVantage[];
  /** Where POP3 and IMAP clients come from that name no vantage. */
  readonly reader: RoutedVantage;
  /** Addresses that nobody has connected from, each for one use. */
  readonly unused: readonly RoutedVantage[];
  /** In networks of another kind than all of these; the preflight compares them. */
  readonly elsewhere: readonly RoutedVantage[];
  /** Where the roles of the target are for somebody at a vantage. */
  readonly endpoints: Readonly<Partial<Record<Role, Endpoint>>>;
  /** Absent where the lab has no IPv6, for the reason that stands in the notes of the preflight. */
  readonly ipv6?: Ipv6Access;
  readonly addresses: LabAddresses;
  /** Where a man in the middle listens. */
  readonly middle: string;
  /** Addresses for receiving servers of single checks, and the port that an MX is contacted on. */
  readonly receivers: {
    readonly addresses: readonly string[];
    readonly port: number;
    /** Where a server answers for receivers that need no address of their own; absent where each has one. */
    readonly shared?: string;
  };
  /** Where the relay host of the target is, which the lab plays; absent where none is claimed. */
  readonly smarthost?: Endpoint;
  readonly outboundMs: number;
  readonly preflight: Preflight;
  /** Absent where no access network is audited. */
  readonly network?: NetworkAccess;
}
