import { randomInt } from 'node:crypto';
import { StartFailed } from '../../targets/drivers/start-failed.ts';
import type { Docker } from '../../targets/engine.ts';

/**
 * The network between a target and its sidecar. The target has one address on it and the sidecar, as
 * its default gateway, all other addresses of its world. So no vantage is ever in a network of the target,
 * which some servers trust, and nothing that the target sends anywhere gets out.
 */
export interface Link {
  readonly name: string;
  /** Such as `192.0.2.8/29`. */
  readonly subnet: string;
  readonly target: string;
  /** Of the sidecar's interface. */
  readonly sidecar: string;
  /** Default gateway of the target; also an address of the sidecar. */
  readonly gateway: string;
}

/** TEST-NET-1 (RFC 5737), cut into networks of eight addresses: so many audits fit on one engine. */
const PREFIX = '192.0.2';
const SIZE = 8;
const COUNT = 256 / SIZE;

/**
 * Makes a network that no other run has.
 * @throws StartFailed when all are taken
 */
export async function createLink(
  docker: Docker,
  name: string,
  labels: Record<string, string>,
): Promise<Link> {
  const start = randomInt(COUNT);
  for (let attempt = 0; attempt < COUNT; attempt += 1) {
    const base = ((start + attempt) % COUNT) * SIZE;
    const at = (number: number) => `${PREFIX}.${base + number}`;
    const link = { name, subnet: `${at(0)}/29`, target: at(2), sidecar: at(3), gateway: at(4) };
    try {
      await docker.createNetwork({
        Name: name,
        CheckDuplicate: true,
        Labels: labels,
        // Nothing of the target's leaves the machine, not even translated.
        Options: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' },
        IPAM: {
          Config: [
            {
              Subnet: link.subnet,
              Gateway: at(1),
              AuxiliaryAddresses: { DefaultGatewayIPv4: link.gateway },
            },
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
    `No network for the lab could be made: all ${COUNT} parts of ${PREFIX}.0/24 belong to other networks of the container engine. "mailspec clean" removes those of runs that have ended.`,
  );
}
