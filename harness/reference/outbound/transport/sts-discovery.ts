import type { FaultName } from '../../../model/faults.ts';
import { TYPE } from '../dns/message.ts';
import { parentOf } from '../dns/name.ts';
import type { ValidatingResolver } from '../dns/validating-resolver.ts';
import { fetchPolicy } from './policy-fetch.ts';
import { readStsPolicy, readStsRecords, type StsPolicy } from './sts-policy.ts';

/** Finds the MTA-STS policies of domains, and keeps them for as long as they say. */
export interface StsDiscovery {
  /** The policy in force for a domain; undefined when there is none. */
  policyOf(domain: string): Promise<StsPolicy | undefined>;
}

export interface StsDiscoveryOptions {
  readonly resolver: ValidatingResolver;
  /** Port of the policy hosts, and PEM of the authority that they are judged by. */
  readonly web: { readonly port: number; readonly authority: string };
  readonly signal: AbortSignal;
  readonly faulty: (fault: FaultName) => boolean;
}

interface Kept {
  readonly id: string;
  readonly policy: StsPolicy;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** A cached policy holds until it expires, unless another one can be fetched (RFC 8461 §3.3). */
export function createStsDiscovery({ resolver, web, signal, faulty }: StsDiscoveryOptions): StsDiscovery {
  const cache = new Map<string, Kept>();

  async function publishedId(domain: string): Promise<string | undefined> {
    const found = await resolver.lookup(`_mta-sts.${domain}`, TYPE.TXT);
    return found.kind === 'found' ? readStsRecords(found.records.map(textOf)) : undefined;
  }

  async function fetched(domain: string): Promise<StsPolicy | undefined> {
    const name = `mta-sts.${domain}`;
    const found = await resolver.lookup(name, TYPE.A);
    const [address] = found.kind === 'found' ? found.records : [];
    if (!address) return undefined;
    const text = await fetchPolicy({ name, address: [...address].join('.'), ...web }, signal, faulty);
    return text === null ? undefined : readStsPolicy(text);
  }

  return {
    async policyOf(domain) {
      if (faulty('outbound-without-mta-sts')) return undefined;
      const kept = cache.get(domain);
      const current =
        kept && (kept.until > Date.now() || faulty('sts-keeps-expired-policy')) ? kept : undefined;
      const id = await publishedId(domain);
      if (id === undefined || id === current?.id) {
        if (id === undefined && faulty('sts-drops-cache-without-answer')) return undefined;
        if (!current && faulty('sts-takes-policy-of-parent')) {
          const parent = parentOf(domain);
          return parent?.includes('.') ? this.policyOf(parent) : undefined;
        }
        return current?.policy;
      }
      const policy = await fetched(domain);
      if (!policy) return current?.policy;
      cache.set(domain, { id, policy, until: Date.now() + policy.maxAge * 1_000 });
      return policy;
    },
  };
}

/** The strings of a TXT record, joined (RFC 8461 §3.1, RFC 8460 §3). */
export function textOf(rdata: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at < rdata.length; at += 1 + (rdata[at] ?? 0)) {
    parts.push(rdata.subarray(at + 1, at + 1 + (rdata[at] ?? 0)));
  }
  return Buffer.concat(parts).toString('latin1');
}
