/** A record as it is published. */
export interface PublishedEntry {
  readonly name: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  /**
   * A, AAAA: an address; PTR, CNAME, NS: a name; TXT: its strings; MX, SRV, SOA, TLSA, CAA: an object. Null where the
   * record data cannot be read.
   */
  readonly data: unknown;
}

/** What is published about a name. */
export interface LookedUp {
  /** `NOERROR`, `NXDOMAIN`, or `SERVFAIL` where aliases lead in a circle. */
  readonly rcode: string;
  /** Aliases on the way in front, of type CNAME. */
  readonly records: readonly PublishedEntry[];
  /** RFC 4035 §4.3; `indeterminate`: the resolver does not allow to tell, which is no fault of the domain. */
  readonly dnssec: 'secure' | 'insecure' | 'bogus' | 'indeterminate';
}

/** What a web host of a domain answers to GET over HTTPS; redirects are not followed. */
export interface FetchedDocument {
  /** The status; null when no answer came. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** DER, the certificate of the host first; whether it is good is for the check to say. */
  readonly certificates: readonly Buffer[];
  /** PEM of the authority to which they must lead; null: those that Node trusts. */
  readonly authority: string | null;
  /** Why no whole answer came; null where one did. */
  readonly failure: string | null;
}

/**
 * What domains publish, wherever the target is: in its lab, or in the DNS that its declaration names a resolver for
 * (`dns:`). Every answer stands in the evidence.
 */
export interface Records {
  /** Null where there is neither: then both of the others end the check. */
  readonly source: 'lab' | 'public' | null;
  /**
   * @param type such as `MX`
   * @throws Inconclusive `environment` where nobody answers, or a resolver cannot
   */
  lookup(name: string, type: string): Promise<LookedUp>;
  /**
   * GET of a policy host (RFC 8461 §3.3), at the addresses that are published for it.
   * @param path with its leading slash
   * @throws Inconclusive `environment` where this machine cannot reach it
   */
  fetch(host: string, path: string): Promise<FetchedDocument>;
}
