import type { Services } from '../../harness/check/check.ts';
import { ordinaryRecords } from '../../harness/steps/sender-domain.ts';

/** Records that a domain of the lab publishes; what is left out is not published. */
export interface Published {
  /** Text of the DMARC record, or of several. */
  readonly dmarc?: string | readonly string[];
  /** Which clients the SPF record names: the one that sends, nobody, or there is no record. */
  readonly spf?: 'sender' | 'nobody';
  /** The key with which messages are signed. */
  readonly key?: boolean;
  /** Names below the domain that exist, as labels. */
  readonly hosts?: readonly string[];
}

/** Selector of every signature of this suite. */
export const SELECTOR = 'probe';
const IPV4_OF_HOSTS = '203.0.113.250';

/** Publishes a domain as its owner would; returns its name. */
export async function publish(
  { lab, authentication }: Services,
  domain: string,
  { dmarc = [], spf, key = false, hosts = [] }: Published,
): Promise<string> {
  const world = lab();
  const [client] = world.vantages;
  const text = (name: string, data: string) => ({
    name,
    type: 'TXT' as const,
    data: authentication.dkim.txtStrings(data),
  });
  await world.dns.publish(domain, [
    ...ordinaryRecords(domain, world.addresses.sink),
    ...hosts.map((host) => ({ name: `${host}.${domain}`, type: 'A' as const, data: IPV4_OF_HOSTS })),
    ...(spf ? [text(domain, spf === 'sender' ? `v=spf1 ip4:${client?.address} -all` : 'v=spf1 -all')] : []),
    ...[dmarc].flat().map((record) => text(`_dmarc.${domain}`, record)),
    ...(key
      ? [
          text(
            `${SELECTOR}._domainkey.${domain}`,
            authentication.dkim.keyRecord(await authentication.dkim.signingKey('rsa-2048')),
          ),
        ]
      : []),
  ]);
  return domain;
}

/** A domain that does not want anybody to write in its name. */
export function protectedDomain(services: Services, label = 'author'): Promise<string> {
  return publish(services, services.lab().domain(label), { dmarc: 'v=DMARC1; p=reject', spf: 'nobody' });
}

/** A stranger with everything in order, DMARC included, in another organisational domain. */
export function strangerDomain(services: Services, label = 'stranger'): Promise<string> {
  const domain = services.lab().domain(label);
  return publish(services, domain, { dmarc: 'v=DMARC1; p=none', spf: 'sender', key: true });
}

/** A domain that takes mail, and says nothing about who sends mail in its name. */
export function silentDomain(services: Services, label = 'silent'): Promise<string> {
  return publish(services, services.lab().domain(label), {});
}

/**
 * The message with one more ARC set of this domain on top.
 * @param claims results after the name of the domain, and what the seal says about the chain before it
 */
export async function sealedBy(
  { authentication }: Services,
  message: Buffer,
  domain: string,
  { results, validation }: { readonly results: string; readonly validation?: 'none' | 'pass' },
): Promise<Buffer> {
  const key = await authentication.dkim.signingKey('rsa-2048');
  const order = { domain, selector: SELECTOR, key, results: `${domain}; ${results}` };
  return authentication.sealed(message, { ...order, ...(validation === undefined ? {} : { validation }) });
}
