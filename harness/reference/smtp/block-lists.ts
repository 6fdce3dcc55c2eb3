import { Resolver } from 'node:dns/promises';
import { familyOf } from '../../model/address-family.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import { reversedAddress } from '../../wire/reversed-address.ts';
import type { Site } from '../site.ts';
import { type Reply, reply } from './reply.ts';
import { isSubmission, type SmtpSession } from './session.ts';

/** Lists of addresses in the DNS that mx asks about its clients (RFC 5782). */
export interface BlockLists {
  readonly zones: readonly string[];
  /** Lists whose entries exempt a client from the others. */
  readonly allowZones: readonly string[];
  readonly resolver: Endpoint;
}

/** What the lists say about a client. */
export type Standing =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'exempt' }
  | { readonly kind: 'listed'; readonly zone: string; readonly reason: string }
  /** A list gave no answer, which counts under a fault only (RFC 6471 §3.4). */
  | { readonly kind: 'unanswered'; readonly zone: string };

/** Deadline of one DNS query, in milliseconds. */
const QUERY_MS = 1_000;

/** Every list has the first and none has the second (RFC 5782 §5). */
const ALWAYS_LISTED = '127.0.0.2';
const NEVER_LISTED = '127.0.0.1';

/**
 * Why RCPT is refused to this client, if the lists give a reason: on mx, except for postmaster
 * (RFC 5321 §4.5.1).
 */
export async function refusalOfListed(session: SmtpSession, argument: string): Promise<Reply | undefined> {
  const { site, transaction } = session;
  if (!site.blockLists || !transaction) return undefined;
  if (isSubmission(session) && !site.faulty('dnsbl-blocks-submission')) return undefined;
  if (site.faulty('dnsbl-asks-about-ipv4-only') && familyOf(session.connection.clientAddress) === 'IPv6')
    return undefined;
  session.standing ??= await recalledStanding(site, site.blockLists, session.connection.clientAddress);
  const isPostmaster = /^TO: *<postmaster[@>]/i.test(argument);
  if (isPostmaster && !site.faulty('dnsbl-blocks-postmaster')) return undefined;
  return refusal(site, session.connection.clientAddress, session.standing);
}

function refusal(site: Site, client: string, standing: Standing): Reply | undefined {
  switch (standing.kind) {
    case 'listed':
      if (site.faulty('dnsbl-result-ignored')) return undefined;
      if (site.faulty('dnsbl-refusal-unexplained')) return reply(554, '5.7.1', 'Service unavailable');
      return reply(
        554,
        '5.7.1',
        `Service unavailable; client [${client}] blocked using ${standing.zone}; ${standing.reason}`,
      );
    case 'unanswered':
      return site.faulty('dnsbl-failure-refuses')
        ? reply(554, '5.7.1', `Service unavailable; no answer from ${standing.zone}`)
        : reply(451, '4.7.1', `Service unavailable; no answer from ${standing.zone}`);
    default:
      return undefined;
  }
}

/** As found on an earlier visit where this server keeps that, else as the lists say now. */
async function recalledStanding(site: Site, lists: BlockLists, client: string): Promise<Standing> {
  const known = site.life.keepsListings ? site.standings.get(client) : undefined;
  const standing = known ?? (await standingOf(site, lists, client));
  site.standings.set(client, standing);
  return standing;
}

async function standingOf(site: Site, lists: BlockLists, client: string): Promise<Standing> {
  const dns = lookups(lists.resolver);
  const name = (address: string, zone: string) =>
    site.faulty('dnsbl-keeps-octet-order') ? `${address}.${zone}` : nameOf(address, zone);
  for (const zone of lists.allowZones) {
    const entries = await dns.addresses(name(client, zone));
    if (entries?.some(isEntry)) return { kind: 'exempt' };
  }
  for (const zone of lists.zones) {
    const entries = await dns.addresses(name(client, zone));
    if (!entries) {
      if (site.faulty('dnsbl-failure-refuses') || site.faulty('dnsbl-failure-defers'))
        return { kind: 'unanswered', zone };
      continue;
    }
    const listed = site.faulty('dnsbl-any-answer-counts') ? entries.length > 0 : entries.some(isEntry);
    if (!listed || !(await isFunctional(zone))) continue;
    const reason = (await dns.text(name(client, zone))) ?? 'no reason given';
    return { kind: 'listed', zone, reason };
  }
  return { kind: 'unknown' };

  /** RFC 5782 §5: a list without the right test entries is not to be used. */
  async function isFunctional(zone: string): Promise<boolean> {
    if (site.faulty('dnsbl-any-answer-counts') || site.faulty('dnsbl-test-entries-unchecked')) return true;
    const always = await dns.addresses(name(ALWAYS_LISTED, zone));
    const never = await dns.addresses(name(NEVER_LISTED, zone));
    return (always?.some(isEntry) ?? false) && never?.length === 0;
  }
}

/**
 * An entry lies in 127.0.0.0/8 (RFC 5782 §2.1); anything else means that the list is gone (RFC 6471 §3.3),
 * and 127.255.255.0/24 that it refuses to answer.
 */
function isEntry(address: string): boolean {
  return address.startsWith('127.') && !address.startsWith('127.255.255.');
}

/** The name under which a list has an address: octets or nibbles, the last one first (RFC 5782 §2.1, §2.4). */
export function nameOf(address: string, zone: string): string {
  return `${reversedAddress(address)}.${zone}`;
}

function lookups({ host, port }: Endpoint) {
  const resolver = new Resolver({ timeout: QUERY_MS, tries: 1 });
  resolver.setServers([`${host}:${port}`]);
  return {
    /** Empty for an authoritative no, undefined without an answer. */
    addresses: (name: string) => unlessAbsent(resolver.resolve4(name)),
    async text(name: string): Promise<string | undefined> {
      const records = await unlessAbsent(resolver.resolveTxt(name));
      return records?.[0]?.join('');
    },
  };
}

async function unlessAbsent<T>(answer: Promise<T[]>): Promise<T[] | undefined> {
  try {
    return await answer;
  } catch (failure) {
    const code: unknown = failure instanceof Error && 'code' in failure ? failure.code : undefined;
    return code === 'ENOTFOUND' || code === 'ENODATA' ? [] : undefined;
  }
}
