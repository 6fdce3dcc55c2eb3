import type { Receiver, Services, WebHost, ZoneRecord, ZoneSigning } from '../../harness/check/check.ts';

/** Content of a TLSA record: usage, selector, matching type, and hexadecimal digits. */
export type Tlsa = readonly [usage: number, selector: number, matchingType: number, association: string];

/** A host that mail for a domain goes to. */
export interface Host {
  /** Label, or labels, below the domain; `mx` when absent. */
  readonly label?: string;
  /** 10 when absent. */
  readonly preference?: number;
  readonly receiver: Receiver;
  readonly tlsa?: readonly Tlsa[];
}

/** An MTA-STS policy and how it is told of. */
export interface PublishedPolicy {
  /** Strings of the TXT records at `_mta-sts`; one good one when absent. */
  readonly txt?: readonly string[];
  /** What the policy host serves. */
  readonly web: Omit<WebHost, 'host'>;
}

export interface DestinationContent {
  readonly hosts: readonly Host[];
  /** Signs the zone; unsigned when absent. */
  readonly signing?: ZoneSigning;
  readonly policy?: PublishedPolicy;
  readonly more?: readonly ZoneRecord[];
}

/** A domain whose mail servers, DNS and policy the check plays. */
export interface Destination {
  readonly domain: string;
  /** Whom messages to this destination are for. */
  readonly recipient: string;
  readonly receivers: readonly Receiver[];
  /** A delivery is expected, and worth a longer wait. */
  readonly awaited?: boolean;
}

/** The same destination, where a delivery is expected. */
export function awaited(destination: Destination): Destination {
  return { ...destination, awaited: true };
}

/** The name of a host of a destination. */
export function hostName(domain: string, label = 'mx'): string {
  return `${label}.${domain}`;
}

/** Publishes a domain, or replaces what was published of it. */
export async function publishDestination(
  { lab }: Services,
  domain: string,
  { hosts, signing, policy, more = [] }: DestinationContent,
): Promise<Destination> {
  const world = lab();
  const records: ZoneRecord[] = [...more];
  for (const { label, preference = 10, receiver, tlsa = [] } of hosts) {
    const name = hostName(domain, label);
    records.push({ name: domain, type: 'MX', data: { preference, exchange: name } });
    records.push({ name, type: 'A', data: receiver.address });
    for (const [usage, selector, matchingType, certificate] of tlsa) {
      const data = { usage, selector, matchingType, certificate };
      records.push({ name: `_25._tcp.${name}`, type: 'TLSA', data });
    }
  }
  if (policy) {
    const host = policyHost(domain);
    await world.web.publish({ host, ...policy.web });
    records.push({ name: host, type: 'A', data: world.addresses.web });
    for (const data of policy.txt ?? [stsRecord(1)])
      records.push({ name: `_mta-sts.${domain}`, type: 'TXT', data });
  }
  await world.dns.publish(domain, records, signing);
  return {
    domain,
    recipient: `probe@${domain}`,
    receivers: [...new Set(hosts.map(({ receiver }) => receiver))],
  };
}

export function policyHost(domain: string): string {
  return `mta-sts.${domain}`;
}

/** The TXT record of a policy (RFC 8461 §3.1). */
export function stsRecord(id: number): string {
  return `v=STSv1; id=${id};`;
}

/** The text of a policy (RFC 8461 §3.2). */
export function stsPolicy(
  { bytes }: Pick<Services, 'bytes'>,
  mx: readonly string[],
  { mode = 'enforce', maxAge = 86_400 } = {},
): string {
  return bytes
    .lines('version: STSv1', `mode: ${mode}`, ...mx.map((name) => `mx: ${name}`), `max_age: ${maxAge}`)
    .toString();
}
