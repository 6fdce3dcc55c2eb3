import { trustAnchors } from '../../../certificates/trust-path.ts';
import type { FaultName } from '../../../model/faults.ts';
import { TYPE } from '../dns/message.ts';
import type { ValidatingResolver } from '../dns/validating-resolver.ts';
import type { NextHop } from '../next-hop.ts';
import { requiresTls } from '../required-tls.ts';
import type { Objection } from './objection.ts';
import { coversHost, type StsPolicy } from './sts-policy.ts';
import { daneObjection, isUsable, pkixObjection, readTlsa, type Tlsa } from './tlsa.ts';

/** What a next hop must show before it is given a message. */
export interface TlsDemand {
  /** Nothing of the message may travel in the clear. */
  readonly required: boolean;
  /** Name for the handshake (RFC 7672 §8.1, RFC 8461 §7.1). */
  readonly serverName: string;
  /** What asks for that, as reports call it (RFC 8460 §4.4). */
  readonly policyType: 'tlsa' | 'sts' | 'no-policy-found';
  /** What is wrong with the certificates of the host, DER; undefined when nothing is. */
  objection(sent: readonly Buffer[]): Objection | undefined;
}

/** A host that must not be given the message now, and why. */
export interface Unfit {
  readonly unfit: string;
}

export interface TlsDemandOptions {
  readonly resolver: ValidatingResolver;
  /** PEM of the authority that certificates under MTA-STS are judged by. */
  readonly authority: string | undefined;
  readonly faulty: (fault: FaultName) => boolean;
}

/** TLSA records of a host, and the domain that they were found under. */
interface Association {
  readonly base: string;
  readonly records: readonly Tlsa[];
}

const accepts = () => undefined;

/**
 * Decides what one host must show: by DANE where its records are secure (RFC 7672 §2.2), else by MTA-STS
 * (RFC 8461 §4, never over DANE: §2), else nothing.
 */
export function createTlsDemands({ resolver, authority, faulty }: TlsDemandOptions) {
  const anchors = authority === undefined ? [] : trustAnchors(authority);

  async function associationOf(hop: NextHop): Promise<Association | Unfit | undefined> {
    if (faulty('outbound-without-dane')) return undefined;
    const bases = faulty('dane-trusts-insecure-records') ? [hop.hostname] : hop.tlsaBases;
    for (const base of bases) {
      // The port of the service, wherever it listens here (RFC 7672 §2.2.3).
      const found = await resolver.lookup(`_25._tcp.${base}`, TYPE.TLSA);
      if (found.kind === 'failed') {
        if (faulty('dane-takes-failure-for-absence')) continue;
        return { unfit: `TLSA records of ${base} cannot be looked up: ${found.reason}` };
      }
      if (found.kind === 'absent') continue;
      if (found.security === 'insecure' && !faulty('dane-trusts-insecure-records')) continue;
      return { base, records: found.records.map(readTlsa) };
    }
    return undefined;
  }

  function byDane(domain: string, hop: NextHop, { base, records }: Association): TlsDemand | undefined {
    const usable = records.filter(isUsable);
    if (usable.length === 0) {
      if (faulty('dane-ignores-unusable-records')) return undefined;
      return { required: true, policyType: 'tlsa', serverName: hop.hostname, objection: accepts };
    }
    const lenient = faulty('dane-delivers-despite-mismatch');
    return {
      required: !faulty('dane-delivers-without-starttls'),
      policyType: 'tlsa',
      serverName: faulty('dane-sends-no-server-name') ? '' : base,
      objection: (sent) => (lenient ? undefined : daneObjection(usable, sent, [base, domain], faulty)),
    };
  }

  function bySts(domain: string, hop: NextHop, policy: StsPolicy): TlsDemand | Unfit | undefined {
    const enforced =
      policy.mode === 'enforce' || (policy.mode === 'testing' && faulty('sts-enforces-testing'));
    if (!enforced || faulty('sts-enforces-nothing')) return undefined;
    if (!coversHost(policy, hop.hostname, { anyDepth: faulty('sts-pattern-matches-any-depth') })) {
      return { unfit: `The MTA-STS policy of ${domain} does not cover ${hop.hostname}.` };
    }
    const named = faulty('sts-skips-certificate-name') ? undefined : hop.hostname;
    return {
      required: true,
      policyType: 'sts',
      serverName: faulty('sts-sends-recipient-domain-as-server-name') ? domain : hop.hostname,
      objection: (sent) => pkixObjection(sent, anchors, named),
    };
  }

  return async (domain: string, hop: NextHop, policy: StsPolicy | undefined): Promise<TlsDemand | Unfit> => {
    const sts = policy && bySts(domain, hop, policy);
    if (sts && faulty('sts-overrides-dane')) return sts;
    const association = await associationOf(hop);
    if (association && 'unfit' in association) return association;
    const required = requiresTls(domain) && !faulty('outbound-ignores-required-tls');
    return (
      (association && byDane(domain, hop, association)) ??
      sts ?? { required, policyType: 'no-policy-found', serverName: hop.hostname, objection: accepts }
    );
  };
}
