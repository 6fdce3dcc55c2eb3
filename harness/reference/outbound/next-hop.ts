import { isIPv4 } from 'node:net';
import type { Endpoint } from '../../model/endpoint.ts';
import type { FaultName } from '../../model/faults.ts';
import { TYPE } from './dns/message.ts';
import { readName } from './dns/name.ts';
import type { ValidatingResolver } from './dns/validating-resolver.ts';

/** A host to which mail for a domain may be handed, under the name it has in the DNS. */
export interface NextHop {
  readonly hostname: string;
  readonly endpoint: Endpoint;
  /** Domains below which its TLSA records are to be looked for, in this order; none where its name is not secure. */
  readonly tlsaBases: readonly string[];
}

/** Why a message goes nowhere: now, or never. */
export class NoRoute extends Error {
  override readonly name = 'NoRoute';
  readonly permanent: boolean;
  /** Enhanced status code (RFC 3463). */
  readonly status: string;
  constructor(permanent: boolean, status: string, reason: string) {
    super(reason);
    this.permanent = permanent;
    this.status = status;
  }
}

/** Looks up where mail for a domain goes. */
export function createNextHops(
  resolver: ValidatingResolver,
  port: number,
  faulty: (fault: FaultName) => boolean,
) {
  /** Hosts by preference, and whether the DNS vouches for them; the domain itself without MX (RFC 5321 §5.1). */
  async function exchangersOf(domain: string) {
    const found = await resolver.lookup(domain, TYPE.MX);
    if (found.kind === 'failed') {
      throw new NoRoute(faulty('outbound-gives-up-on-servfail'), '4.4.3', found.reason);
    }
    if (found.kind === 'absent') return { names: [domain], secure: found.security === 'secure' };
    const records = found.records.map((rdata) => ({
      preference: rdata.readUInt16BE(0),
      name: readName(rdata, 2).name,
    }));
    // RFC 7505 §3.
    if (records.length === 1 && records[0]?.name === '') {
      if (faulty('outbound-ignores-null-mx')) return { names: [domain], secure: false };
      throw new NoRoute(true, '5.1.10', `${domain} takes no mail (null MX).`);
    }
    const names = records.toSorted((a, b) => a.preference - b.preference).map(({ name }) => name);
    return { names, secure: found.security === 'secure' };
  }

  return {
    /**
     * The hosts for a domain, best first. A host whose address cannot be looked up is out of reach.
     * @throws NoRoute
     */
    async of(domain: string): Promise<readonly NextHop[]> {
      const literal = /^\[(.+)\]$/.exec(domain)?.[1];
      if (literal !== undefined && isIPv4(literal)) {
        return [{ hostname: literal, endpoint: { host: literal, port }, tlsaBases: [] }];
      }
      const { names, secure } = await exchangersOf(domain);
      const hops: NextHop[] = [];
      let unknown: string | undefined;
      const past = faulty('outbound-goes-past-unusable-exchangers') ? [domain] : [];
      for (const hostname of [...names, ...past]) {
        const found = await resolver.lookup(hostname, TYPE.A);
        if (found.kind === 'failed') unknown = found.reason;
        if (found.kind !== 'found') continue;
        // RFC 7672 §2.2.2: the end of an alias first, then the name in the MX record.
        const bases = secure && found.security === 'secure' ? [...new Set([found.name, hostname])] : [];
        for (const address of found.records) {
          hops.push({ hostname, endpoint: { host: [...address].join('.'), port }, tlsaBases: bases });
        }
      }
      if (hops.length > 0) return hops;
      if (unknown !== undefined) throw new NoRoute(false, '4.4.3', unknown);
      throw new NoRoute(true, '5.4.4', `Nobody is known to take mail for ${domain}.`);
    },
  };
}
