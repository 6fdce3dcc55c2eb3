import { randomInt } from 'node:crypto';
import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import { StartFailed } from '../../targets/drivers/start-failed.ts';
import type { Docker } from '../../targets/engine.ts';

/**
 * The network between a target and its sidecar. The target has one address on it and the sidecar, as
 * its default gateway, all other addresses of its world. So no vantage is ever in a network of the target,
 * which some servers trust, and nothing that the target sends anywhere gets out.
 */
export interface Link {
  readonly name: string;
  /** Such as `198.18.25.8/29`. */
  readonly subnet: string;
  readonly target: string;
  /** Of the sidecar's interface. */
  readonly sidecar: string;
  /** Default gateway of the target; also an address of the sidecar. */
  readonly gateway: string;
  /** The same over IPv6, where the link has it. */
  readonly ipv6: Ipv6Link | undefined;
}

export interface Ipv6Link {
  readonly target: string;
  readonly sidecar: string;
  readonly gateway: string;
}

/**
 * A part of the range for benchmarks (RFC 2544), which is routed nowhere, cut into networks of eight
 * addresses: so many audits fit on one engine.
 */
const PREFIX = '198.18.25';
const SIZE = 8;
const COUNT = 256 / SIZE;

/** Documentation addresses (RFC 3849), with one network for each of the above. */
const IPV6_PREFIX = '2001:db8:1825';

/**
 * Makes a network that no other run has.
 * @throws StartFailed when all are taken
 */
export async function createLink(
  docker: Docker,
  name: string,
  labels: Record<string, string>,
  { ipv6 = false } = {},
): Promise<Link> {
  const start = randomInt(COUNT);
  const inUse = networksOfHost();
  for (let attempt = 0; attempt < COUNT; attempt += 1) {
    const base = ((start + attempt) % COUNT) * SIZE;
    if (overlaps(`${PREFIX}.${base}`, inUse)) continue;
    const at = (number: number) => `${PREFIX}.${base + number}`;
    const at6 = (number: number | '') => `${IPV6_PREFIX}:${base.toString(16)}::${number}`;
    const link: Link = {
      name,
      subnet: `${at(0)}/29`,
      target: at(2),
      sidecar: at(3),
      gateway: at(4),
      ipv6: ipv6 ? { target: at6(2), sidecar: at6(3), gateway: at6(4) } : undefined,
    };
    try {
      await docker.createNetwork({
        Name: name,
        CheckDuplicate: true,
        Labels: labels,
        // Nothing of the target's leaves the machine, not even translated.
        EnableIPv6: ipv6,
        Options: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' },
        IPAM: {
          Config: [
            {
              Subnet: link.subnet,
              Gateway: at(1),
              AuxiliaryAddresses: { DefaultGatewayIPv4: link.gateway },
            },
            ...(link.ipv6
              ? [
                  {
                    Subnet: `${at6('')}/64`,
                    Gateway: at6(1),
                    AuxiliaryAddresses: { DefaultGatewayIPv6: link.ipv6.gateway },
                  },
                ]
              : []),
          ],
        },
      });
      return link;
    } catch (problem) {
      // 403: the addresses belong to a network of somebody else.
      const status = problem instanceof Error && 'statusCode' in problem ? problem.statusCode : undefined;
      if (status !== 403) throw problem;
    }
  }
  throw new StartFailed(
    `No network for the lab could be made: all ${COUNT} parts of ${PREFIX}.0/24 belong to other networks of the container engine or of this machine. "mailspec clean" removes those of runs that have ended.`,
  );
}

/** Networks that this machine is in: address and length of the prefix. */
function networksOfHost(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ cidr, family }) => (family === 'IPv4' && cidr !== null ? [cidr] : []));
}

/**
 * Whether the network of eight addresses from `base` on overlaps one of these. The engine does not look: it
 * would take over addresses that the machine itself lives by.
 */
export function overlaps(base: string, networks: readonly string[]): boolean {
  const link = new BlockList();
  link.addSubnet(base, 29);
  return networks.some((cidr) => {
    const [address = '', prefix] = cidr.split('/');
    const network = new BlockList();
    network.addSubnet(address, Number(prefix));
    return network.check(base) || link.check(address);
  });
}
