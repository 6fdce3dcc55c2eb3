import type { WebHost, Zone, ZoneRecord } from 'net-mocks';
import type { FaultName } from '../server.ts';

/** Who publishes policies, and what servers of the target show. */
export interface Publisher {
  readonly domain: string;
  readonly hostname: string;
  /** Hexadecimal SHA-256 of the public key that mx shows. */
  readonly publicKey: string;
  /** Address of the policy host. */
  readonly web: string;
}

/** A week and more: RFC 8461 §10.2 warns of less. */
const MAX_AGE = 1_209_600;
const CRLF = '\r\n';

/** What tells senders how to reach the reference server safely: TLSA, MTA-STS and TLSRPT. */
export function publishedPolicies(
  { domain, hostname, publicKey, web }: Publisher,
  faulty: (fault: FaultName) => boolean,
): { readonly zones: readonly Zone[]; readonly hosts: readonly WebHost[] } {
  const policyHost = `mta-sts.${domain}`;
  const signed = (record: ZoneRecord): Zone => ({ origin: record.name, records: [record], dnssec: {} });
  const association = faulty('tlsa-of-previous-certificate') ? 'ab'.repeat(32) : publicKey;
  const mx = faulty('published-policy-names-old-mx') ? `old.${domain}` : hostname;
  const report = faulty('tls-report-record-malformed')
    ? 'v=TLSRPTv1'
    : `v=TLSRPTv1; rua=mailto:tls@${domain}`;
  const tlsa: ZoneRecord = {
    name: `_25._tcp.${hostname}`,
    type: 'TLSA',
    data: { usage: 3, selector: 1, matchingType: 1, certificate: association },
  };
  return {
    zones: [
      ...(faulty('tlsa-absent') ? [] : [signed(tlsa)]),
      signed({ name: `_mta-sts.${domain}`, type: 'TXT', data: 'v=STSv1; id=1;' }),
      signed({ name: `_smtp._tls.${domain}`, type: 'TXT', data: report }),
      signed({ name: policyHost, type: 'A', data: web }),
    ],
    hosts: [
      {
        host: policyHost,
        policy: ['version: STSv1', 'mode: enforce', `mx: ${mx}`, `max_age: ${MAX_AGE}`, ''].join(CRLF),
      },
    ],
  };
}
