import { getServers } from 'node:dns';
import { isIP } from 'node:net';
import type { Claims } from '../model/claims.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import type { Endpoint } from '../model/endpoint.ts';
import type { PublicDns } from '../model/public-dns.ts';
import { ROOT_ANCHORS } from '../public-dns/root-anchors.ts';
import { isLoopback } from '../wire/loopback-address.ts';
import { placeOf, type TargetDeclaration } from './load.ts';
import type { PublicDnsSettings } from './public-dns-field.ts';
import { readCertificate } from './trust-anchor.ts';

/**
 * The resolver of a declaration.
 * @param systemServers as `getServers` of Node gives them
 * @throws ConfigurationError where this machine has no resolver, or the authority cannot be read
 */
export async function publicDnsOf(
  declaration: TargetDeclaration,
  settings: PublicDnsSettings,
  systemServers: () => readonly string[] = getServers,
): Promise<PublicDns> {
  if (settings === 'system') {
    const servers = resolversOfSystem(systemServers);
    if (servers.length === 0)
      throw new ConfigurationError(
        `${placeOf(declaration, ['dns'])}: This machine names no resolver; name one by its address.`,
      );
    const trustsAd = servers.every(({ host }) => isLoopback(host));
    return { servers, trustsAd, rootAnchors: ROOT_ANCHORS, policyHosts: { port: 443, authority: null } };
  }
  const { address, port: own, 'trusted-path': isTrusted, 'policy-hosts': hosts } = settings;
  const anchor = hosts['trust-anchor'];
  return {
    servers: [{ host: address, port: own }],
    trustsAd: isTrusted ?? isLoopback(address),
    rootAnchors: settings['root-anchors'] ?? ROOT_ANCHORS,
    policyHosts: {
      port: hosts.port,
      authority: anchor
        ? await readCertificate(declaration, anchor.file, {
            at: ['dns', 'policy-hosts', 'trust-anchor', 'file'],
            what: 'authority',
          })
        : null,
    },
  };
}

/** The resolvers that this machine asks. @param systemServers as `getServers` of Node gives them */
export function resolversOfSystem(systemServers: () => readonly string[] = getServers): readonly Endpoint[] {
  return systemServers().flatMap((written) => resolverAt(written) ?? []);
}

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`, as Node writes them; undefined for anything else. */
export function resolverAt(written: string): Endpoint | undefined {
  const [, bracketed, portOfSix] = /^\[([^\]]+)\](?::(\d+))?$/.exec(written) ?? [];
  const [, four, portOfFour] = /^([\d.]+):(\d+)$/.exec(written) ?? [];
  const host = bracketed ?? four ?? written;
  // A zone index belongs to an address of the own link.
  const port = Number(portOfSix ?? portOfFour ?? 53);
  return isIP(host) === 0 || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** What is claimed of domains where nothing is written, once there is a DNS to look it up in. */
export function claimsWithDomains(claims: Claims, domain: string): Claims {
  const { publishedPolicies = domain, senderDomains = [domain] } = claims;
  return { ...claims, publishedPolicies, senderDomains };
}
