import { createHash, X509Certificate } from 'node:crypto';
import { connectLab, txtStrings, type ZoneRecord } from 'net-mocks';
import { type NetworkConduct, openLoopbackNetwork, WELL_BEHAVED } from '../../lab/loopback-network.ts';
import type { LabAccess } from '../../model/lab-access.ts';
import { reversedAddress } from '../../wire/reversed-address.ts';
import type { Signing } from '../authentication/signing.ts';
import type { FaultName } from '../server.ts';
import { publishedPolicies } from './published-policies.ts';
import { senderPolicyZones } from './reference-sender-policy.ts';

/** Lists that the reference server asks, or does not want to be on. */
export const REFERENCE_LISTS = {
  zones: ['bl.example'],
  allowZones: ['wl.example'],
  reputationZones: ['reputation.example'],
} as const;

type Faulty = (fault: FaultName) => boolean;

/**
 * What there is around the reference server beside the lab itself: records by which users find submission,
 * keys of its signatures, what lists say about its address, and the access network of a subscriber.
 */
export async function completeReferenceWorld(
  access: LabAccess,
  target: {
    readonly domain: string;
    readonly hostname: string;
    readonly signing: Signing;
    /** DER of the certificate that mx shows. */
    readonly certificate: Buffer;
  },
  faulty: Faulty,
): Promise<LabAccess> {
  const address = access.addresses.target;
  const mocks = connectLab(access.control.url, { token: access.control.token });
  const policies = publishedPolicies(
    { ...target, publicKey: publicKeyDigest(target.certificate), web: access.addresses.web },
    faulty,
  );
  try {
    const zones = [
      ...policies.zones,
      { origin: `_tcp.${target.domain}`, records: clientRecords(target, faulty) },
      ...keyZones(target.signing),
      ...senderPolicyZones({ ...target, address, ipv6Address: access.ipv6?.target }, faulty),
      { origin: `_dmarc.${target.domain}`, records: policyRecords(target.domain, faulty) },
      ...REFERENCE_LISTS.reputationZones.map((origin) => ({
        origin,
        records: reputation(origin, faulty('outbound-address-listed') ? [address] : []),
      })),
      // A zone of its own hides the record that the lab has of this name.
      ...(faulty('outbound-address-unnamed')
        ? [{ origin: `${reversedAddress(address)}.in-addr.arpa`, records: [] }]
        : []),
    ];
    await mocks.dns.publish({ zones });
    await mocks.web.publish({ hosts: [...policies.hosts] });
  } finally {
    await mocks.close();
  }
  return { ...access, network: await openLoopbackNetwork(access, conductOf(faulty)) };
}

/** As TLSA 3 1 1 wants it (RFC 6698 §2.1), in hexadecimal digits. */
function publicKeyDigest(der: Buffer): string {
  const key = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('hex');
}

/** What receivers are to do with mail that is not from here (RFC 9989 §4.7). */
function policyRecords(domain: string, faulty: Faulty): ZoneRecord[] {
  const record = (data: string): ZoneRecord => ({ name: `_dmarc.${domain}`, type: 'TXT', data });
  const good = record(`v=DMARC1; p=reject; rua=mailto:dmarc@${domain}`);
  if (faulty('dmarc-record-malformed')) return [record('p=reject; v=DMARC1')];
  if (faulty('dmarc-record-twice')) return [good, record('v=DMARC1; p=none')];
  return [faulty('dmarc-record-without-effect') ? record('v=DMARC1; p=none') : good];
}

/** How mail programs find submission (RFC 6186, RFC 8314 §5.1). */
function clientRecords(
  { domain, hostname }: { readonly domain: string; readonly hostname: string },
  faulty: Faulty,
): ZoneRecord[] {
  if (faulty('client-records-absent')) return [];
  const target = faulty('client-records-name-unnamed-host') ? `other.${domain}` : hostname;
  const record = (service: string, port: number, priority: number): ZoneRecord => ({
    name: `_${service}._tcp.${domain}`,
    type: 'SRV',
    data: { priority, weight: 1, port, target },
  });
  const [implicit, upgraded] = faulty('client-records-prefer-upgrade') ? [10, 0] : [0, 10];
  return [
    record('submission', faulty('client-records-name-port-25') ? 25 : 587, upgraded),
    record('imap', 143, upgraded),
    record('pop3', 110, upgraded),
    ...(faulty('client-records-name-cleartext-only')
      ? []
      : [
          record('submissions', 465, implicit),
          record('imaps', 993, implicit),
          record('pop3s', 995, implicit),
        ]),
  ];
}

/** Key records, in a zone of their own per domain (RFC 6376 §3.6.2.1). */
function keyZones({ records }: Signing) {
  const byZone = Map.groupBy(records, ({ name }) => name.slice(name.indexOf('.') + 1));
  return [...byZone].map(([origin, keys]) => ({
    origin,
    records: keys.map(({ name, text }): ZoneRecord => ({ name, type: 'TXT', data: txtStrings(text) })),
  }));
}

/** A list with its test entry (RFC 5782 §5). */
function reputation(origin: string, addresses: readonly string[]): ZoneRecord[] {
  return ['127.0.0.2', ...addresses].map((address) => ({
    name: `${reversedAddress(address)}.${origin}`,
    type: 'A',
    data: '127.0.0.2',
  }));
}

function conductOf(faulty: Faulty): NetworkConduct {
  const conducts: readonly [FaultName, Partial<NetworkConduct>][] = [
    ['network-passes-port-25', { mx: 'open' }],
    ['network-passes-port-25-to-some', { mx: 'open-to-some' }],
    ['network-passes-port-25-over-ipv6', { mx: 'open-over-ipv6' }],
    ['network-strips-starttls-from-port-25', { mx: 'stripped' }],
    ['network-intercepts-port-25', { mx: 'intercepted' }],
    ['network-blocks-submission', { submission: 'blocked' }],
    ['network-answers-submission', { submission: 'answered-by-stranger' }],
    ['network-blocks-submissions', { submissions: 'blocked' }],
    ['network-answers-submissions', { submissions: 'answered-by-stranger' }],
    ['network-rewrites-starttls', { rewritesStarttls: true }],
  ];
  const changes = conducts.filter(([fault]) => faulty(fault)).map(([, change]) => change);
  return Object.assign({}, WELL_BEHAVED, ...changes);
}
