import type { Services, SignatureOrder, ZoneRecord } from '../../harness/check/check.ts';
import { ordinaryRecords } from '../../harness/steps/sender-domain.ts';

/**
 * Where it shows what the target makes of a signature: in what it records, or in what it does about mail of
 * a domain that asks to refuse everything without a good signature.
 */
export type Sight = 'recorded' | 'enforced';

/** A domain of the lab that signs its mail. */
export interface Author {
  readonly domain: string;
  readonly sight: Sight;
  /** In the reverse-path and in From. */
  readonly address: string;
}

/** A key record: the texts of the TXT records of a selector, whole strings without end. */
export interface KeyRecord {
  readonly selector: string;
  /** Domain of the signature; the one of the author where none is given. Lies at or below it. */
  readonly domain?: string;
  readonly text: string;
}

/** Name under which the key of a signature is published (RFC 6376 §3.6.2.1). */
export function keyName({
  selector,
  domain,
}: {
  readonly selector: string;
  readonly domain: string;
}): string {
  return `${selector}._domainkey.${domain}`;
}

/**
 * Publishes an author and the keys of its signatures. An ordinary one permits its mail to come from the
 * client (SPF) and asks for nothing; one whose signatures are to be enforced has no SPF and p=reject.
 */
export async function publishAuthor(
  services: Services,
  keysOf: (domain: string) => readonly KeyRecord[],
  { label = 'author', sight = 'recorded' }: { readonly label?: string; readonly sight?: Sight } = {},
): Promise<Author> {
  const world = services.lab();
  const { txtStrings } = services.authentication.dkim;
  const domain = world.domain(label);
  const [vantage] = world.vantages;
  const { sink } = world.addresses;
  const records: ZoneRecord[] = [
    ...ordinaryRecords(domain, sink),
    sight === 'enforced'
      ? { name: `_dmarc.${domain}`, type: 'TXT', data: 'v=DMARC1; p=reject' }
      : { name: domain, type: 'TXT', data: `v=spf1 ip4:${vantage?.address ?? sink} -all` },
    ...keysOf(domain).map(
      ({ selector, domain: signing = domain, text }): ZoneRecord => ({
        name: keyName({ selector, domain: signing }),
        type: 'TXT',
        data: txtStrings(text),
      }),
    ),
  ];
  await world.dns.publish(domain, records);
  return { domain, sight, address: `author@${domain}` };
}

/** An author with one ordinary key, and the order for its signature. */
export async function ordinaryAuthor(
  services: Services,
  options: { readonly sight?: Sight; readonly label?: string } = {},
): Promise<{ readonly author: Author; readonly order: SignatureOrder }> {
  const { keyRecord, signingKey } = services.authentication.dkim;
  const key = await signingKey('rsa-2048');
  const selector = 'ordinary';
  const author = await publishAuthor(services, () => [{ selector, text: keyRecord(key) }], options);
  return { author, order: { domain: author.domain, selector, key } };
}
