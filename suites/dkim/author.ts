import type { Lab, Services } from '../../harness/check/services.ts';

type ZoneRecord = Parameters<Lab['dns']['publish']>[1][number];
type Dkim = Services['authentication']['dkim'];
export type SigningKey = Awaited<ReturnType<Dkim['signingKey']>>;
export type SignatureOrder = Parameters<Dkim['signature']>[1];

/** A domain of the lab that permits its mail to come from the client (SPF) and asks for nothing (no DMARC). */
export interface Author {
  readonly domain: string;
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

/** Publishes an author and the keys of its signatures. */
export async function publishAuthor(
  services: Services,
  keysOf: (domain: string) => readonly KeyRecord[],
  label = 'author',
): Promise<Author> {
  const world = services.lab();
  const { txtStrings } = services.authentication.dkim;
  const domain = world.domain(label);
  const [vantage] = world.vantages;
  const { sink } = world.addresses;
  const records: ZoneRecord[] = [
    // A sender whose domain has no address is refused by some servers for that alone.
    { name: domain, type: 'A', data: sink },
    { name: domain, type: 'MX', data: { preference: 10, exchange: domain } },
    { name: domain, type: 'TXT', data: `v=spf1 ip4:${vantage?.address ?? sink} -all` },
    ...keysOf(domain).map(
      ({ selector, domain: signing = domain, text }): ZoneRecord => ({
        name: `${selector}._domainkey.${signing}`,
        type: 'TXT',
        data: txtStrings(text),
      }),
    ),
  ];
  await world.dns.publish(domain, records);
  return { domain, address: `author@${domain}` };
}

/** An author with one ordinary key, and the order for its signature. */
export async function ordinaryAuthor(
  services: Services,
  selector = 'ordinary',
): Promise<{ readonly author: Author; readonly key: SigningKey; readonly order: SignatureOrder }> {
  const { keyRecord, signingKey } = services.authentication.dkim;
  const key = await signingKey('rsa-2048');
  const author = await publishAuthor(services, () => [{ selector, text: keyRecord(key) }]);
  return { author, key, order: { domain: author.domain, selector, key } };
}
