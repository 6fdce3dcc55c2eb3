import { randomInt } from 'node:crypto';
import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Docker } from '../../containers/engine.ts';
import { StartFailed } from '../../containers/start-failed.ts';

/**
 * The network between a target and its sidecar. The target has one address on it, or one for each of its
 * containers, and the sidecar, as their default gateway, all other addresses of their world. So no vantage is ever in a network of the target,
 * which some servers trust, and nothing that the target sends anywhere gets out.
 */
export interface Link {
  readonly name: string;
  /** Such as `198.18.25.8/29`. */
  readonly subnet: string;
  readonly target: string;
  /** Of the containers of the target, the one above first. */
  readonly targets: readonly string[];
  /** Of the sidecar's interface. */
  readonly sidecar: string;
  /** Default gateway of the target; also an address of the sidecar. */
  readonly gateway: string;
  /** The same over IPv6, where the link has it. */
  readonly ipv6: Ipv6Link | undefined;
}

export interface Ipv6Link {
  /** Such as `2001:db8:1825:8::/64`. */
  readonly subnet: string;
  readonly target: string;
  readonly sidecar: string;
  readonly gateway: string;
}

/**
 * A part of the range for benchmarks (RFC 2544), which is routed nowhere, cut into networks of eight
 * addresses where a target is one container: so many audits fit on one engine.
 */
const PREFIX = '198.18.25';
const ADDRESSES = 256;
const SMALLEST = 8;
/** Network, bridge, sidecar, gateway and broadcast. */
const NOT_FOR_TARGETS = 5;

/** Documentation addresses (RFC 3849), with one network for each of the above. */
const IPV6_PREFIX = '2001:db8:1825';

/**
 * Makes a network that no other run has.
 * @param options `ipv6`: true, false, or `where-possible`, which does without where the engine makes no such network;
 *   `targets`: containers that the target consists of
 * @throws StartFailed when all are taken
 */
export async function createLink(
  docker: Docker,
  name: string,
  labels: Record<string, string>,
  {
    ipv6 = false,
    targets = 1,
  }: { readonly ipv6?: boolean | 'where-possible'; readonly targets?: number } = {},
): Promise<Link> {
  let withIpv6 = ipv6 !== false;
  const size = 2 ** Math.ceil(Math.log2(Math.max(SMALLEST, targets + NOT_FOR_TARGETS)));
  const count = Math.floor(ADDRESSES / size);
  const start = randomInt(Math.max(1, count));
  const inUse = networksOfHost();
  for (let attempt = 0; attempt < count; ) {
    const base = ((start + attempt) % count) * size;
    const at = (number: number) => `${PREFIX}.${base + number}`;
    const subnet = `${at(0)}/${32 - Math.log2(size)}`;
    if (overlaps(subnet, inUse)) {
      attempt += 1;
      continue;
    }
    const at6 = (number: number | '') => `${IPV6_PREFIX}:${base.toString(16)}::${number}`;
    const link: Link = {
      name,
      subnet,
      target: at(2),
      targets: [at(2), ...Array.from({ length: targets - 1 }, (_, index) => at(NOT_FOR_TARGETS + index))],
      sidecar: at(3),
      gateway: at(4),
      ipv6: withIpv6
        ? { subnet: `${at6('')}/64`, target: at6(2), sidecar: at6(3), gateway: at6(4) }
        : undefined,
    };
    try {
      await docker.createNetwork({
        Name: name,
        CheckDuplicate: true,
        Labels: labels,
        // Nothing of the target's leaves the machine, not even translated.
        EnableIPv6: withIpv6,
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
                    Subnet: link.ipv6.subnet,
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
      if (status === 403) attempt += 1;
      else if (withIpv6 && ipv6 === 'where-possible') withIpv6 = false;
      else throw problem;
    }
  }
  throw new StartFailed(
    `No network for the lab could be made: all ${count} parts of ${PREFIX}.0/24 belong to other networks of the container engine or of this machine. "mailspec clean" removes those of runs that have ended.`,
  );
}

/** The addresses of a container on a link, as the engine is told them. */
export function addressesOn(ipv4: string, ipv6: string | undefined) {
  return { IPv4Address: ipv4, ...(ipv6 === undefined ? {} : { IPv6Address: ipv6 }) };
}

/** Networks that this machine is in: address and length of the prefix. */
function networksOfHost(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ cidr, family }) => (family === 'IPv4' && cidr !== null ? [cidr] : []));
}

/**
 * Whether a network overlaps one of these. The engine does not look: it would take over addresses that the
 * machine itself lives by.
 */
export function overlaps(subnet: string, networks: readonly string[]): boolean {
  const [base = '', length] = subnet.split('/');
  const link = new BlockList();
  link.addSubnet(base, Number(length));
  return networks.some((cidr) => {
    const [address = '', prefix] = cidr.split('/');
    const network = new BlockList();
    network.addSubnet(address, Number(prefix));
    return network.check(base) || link.check(address);
  });
}
