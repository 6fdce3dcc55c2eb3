import type { StartedTestContainer } from 'testcontainers';
import { loadTestcontainers } from '../../containers/engine.ts';
import { addressesOn } from '../../lab/sidecar/link.ts';

/** What a container is made from. */
export interface ContainerPlan {
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What it calls itself; undefined: the engine takes its id. */
  readonly hostname: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Ports in the container, each published on a free port of 127.0.0.1. */
  readonly ports: readonly number[];
  readonly files: readonly { readonly from: string; readonly to: string; readonly isFolder: boolean }[];
  /** Gigabytes. */
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
  /** The network of the lab, instead of the engine's own. */
  readonly link: ContainerLink | undefined;
}

/** How a container is connected to its lab. */
export interface ContainerLink {
  readonly network: string;
  readonly address: string;
  readonly ipv6Address: string | undefined;
  /** Name server for the engine to ask; undefined: the container is told in its own way. */
  readonly resolver: string | undefined;
}

/** A container on its way up. */
export interface StartingContainer {
  /** Settles with the id once the container exists; never, when it cannot be made. */
  readonly created: Promise<string>;
  /** Settles once the engine has published the ports; nothing need listen yet. */
  readonly started: Promise<StartedTestContainer>;
}

/** Audited servers are weak on purpose: nobody but this machine may reach them. */
export const LOOPBACK = '127.0.0.1';

/** Makes and starts a container whose ports are published on 127.0.0.1 alone. */
export async function startLoopbackContainer(plan: ContainerPlan): Promise<StartingContainer> {
  const { GenericContainer } = await loadTestcontainers();
  const created = Promise.withResolvers<string>();

  // testcontainers binds published ports to every address and has no option for it.
  class LoopbackContainer extends GenericContainer {
    protected override async beforeContainerCreated(): Promise<void> {
      const bindings: Record<string, { HostPort: string; HostIp: string }[]> = {};
      for (const port of plan.ports) bindings[`${port}/tcp`] = [{ HostPort: '0', HostIp: LOOPBACK }];
      this.hostConfig.PortBindings = bindings;
      const { link } = plan;
      if (!link) return;
      // testcontainers has no option for an address in a network or for a name server either.
      this.networkMode = link.network;
      this.createOpts.NetworkingConfig = {
        EndpointsConfig: { [link.network]: { IPAMConfig: addressesOn(link.address, link.ipv6Address) } },
      };
      if (link.resolver !== undefined) {
        this.hostConfig.Dns = [link.resolver];
        this.hostConfig.DnsOptions = ['timeout:1', 'attempts:1'];
      }
    }
    protected override async containerCreated(id: string): Promise<void> {
      created.resolve(id);
    }
  }

  const { hostname } = plan;
  const container = new LoopbackContainer(plan.imageId)
    .withLabels({ ...plan.labels })
    .withEnvironment({ ...plan.env })
    .withExposedPorts(...plan.ports)
    .withWaitStrategy(atOnce)
    .withCopyFilesToContainer(copies(plan, false))
    .withCopyDirectoriesToContainer(copies(plan, true))
    .withResourcesQuota({
      ...(plan.memory === undefined ? {} : { memory: plan.memory }),
      ...(plan.cpus === undefined ? {} : { cpu: plan.cpus }),
    });
  if (hostname !== undefined) container.withHostname(hostname);
  return { created: created.promise, started: container.start() };
}

/** Readiness is a greeting, which is waited for from outside, where the log is still at hand if none comes. */
const atOnce = {
  waitUntilReady: async () => undefined,
  withStartupTimeout: () => atOnce,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => 0,
};

function copies(plan: ContainerPlan, folders: boolean): { source: string; target: string }[] {
  return plan.files
    .filter(({ isFolder }) => isFolder === folders)
    .map(({ from, to }) => ({ source: from, target: to }));
}
