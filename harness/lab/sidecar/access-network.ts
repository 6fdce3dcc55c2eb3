import { randomBytes } from 'node:crypto';
import { connectLab, type LabOptions } from 'net-mocks';
import type { Docker } from '../../containers/engine.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import type { LabAccess, RoutedVantage } from '../../model/lab-access.ts';
import {
  OUTSIDE_PORTS,
  OUTSIDE_SERVICES,
  OUTSIDE_SINKS,
  OUTSIDE_UNUSED,
  type OutsideSinkAddress,
  outsideNetworks,
  outsideServer,
  tlsModeOf,
} from '../outside-plan.ts';
import { addressesOn, type Link } from './link.ts';
import { untilReady } from './sidecar.ts';

/** What the parts of the world around an access network share. */
interface Surroundings {
  readonly docker: Docker;
  /** Id of the image of the lab. */
  readonly image: string;
  readonly labels: Record<string, string>;
  readonly signal: AbortSignal;
}

/** Everybody outside an access network, in a container. */
export interface Outside {
  readonly sinks: readonly OutsideSinkAddress[];
  /** Name of every sink in greeting and EHLO. */
  readonly hostname: string;
  /** A proxy that stands ready for a network that redirects connections to it. */
  readonly interceptor: string;
  /**
   * What a worker needs to use it.
   * @param subscriber relay of the vantage behind the network
   * @param router address of the network's router, as everybody outside sees it
   */
  access(subscriber: Endpoint, router: string, outboundMs: number): LabAccess;
}

const CONTROL_PORT = 8053;
const RELAY_PORT = 3128;
const EVERYWHERE = '0.0.0.0';
const LOOPBACK = '127.0.0.1';
const INTERCEPTOR = '198.51.100.90';

/**
 * Starts the servers outside, the control vantage and the provider's proxy on a link.
 * @throws StartFailed when they do not come up
 */
export async function startOutside({
  docker,
  image,
  labels,
  signal,
  link,
}: Surroundings & { readonly link: Link }): Promise<Outside> {
  const token = randomBytes(16).toString('hex');
  const hostname = `sink-${randomBytes(6).toString('hex')}.outside.test`;
  const sinks = OUTSIDE_SINKS.filter(({ family }) => family === 'IPv4' || link.ipv6 !== undefined);
  const [principal] = OUTSIDE_SINKS;
  const proxy = (service: 'mx' | 'submission', kind: 'strip-capability' | 'overwrite-capability') => ({
    name: `interceptor-${service}`,
    address: INTERCEPTOR,
    port: OUTSIDE_PORTS[service],
    protocol: 'smtp' as const,
    upstream: { address: principal.address, port: OUTSIDE_PORTS[service] },
    mode: { kind },
  });
  const configuration = {
    control: { address: EVERYWHERE, port: CONTROL_PORT },
    token,
    smtp: sinks.flatMap(({ address }, index) =>
      OUTSIDE_SERVICES.map((service) => ({
        name: outsideServer(index, service),
        address,
        port: OUTSIDE_PORTS[service],
        hostname,
        tls: { mode: tlsModeOf(service) },
      })),
    ),
    mitm: [proxy('mx', 'strip-capability'), proxy('submission', 'overwrite-capability')],
    relays: [{ name: 'open', address: EVERYWHERE, port: RELAY_PORT, allow: outsideNetworks(sinks) }],
  } satisfies LabOptions & { control: unknown; token: string };
  const container = await docker.createContainer({
    Image: image,
    Labels: labels,
    Env: [
      `NET_MOCKS_CONFIG=${JSON.stringify(configuration)}`,
      `LINK_ADDRESS=${link.sidecar}`,
      `ADDRESSES=${[
        link.gateway,
        ...(link.ipv6 ? [link.ipv6.gateway] : []),
        ...sinks.map(({ address }) => address),
        OUTSIDE_UNUSED,
        INTERCEPTOR,
      ].join(',')}`,
    ],
    ...published(CONTROL_PORT, RELAY_PORT),
    HostConfig: {
      // Many addresses on one interface; within the network of the container only.
      CapAdd: ['NET_ADMIN'],
      Sysctls: { 'net.ipv4.ip_forward': '0' },
      ...published(CONTROL_PORT, RELAY_PORT).HostConfig,
    },
  });
  await docker.getNetwork(link.name).connect({
    Container: container.id,
    EndpointConfig: { IPAMConfig: addressesOn(link.sidecar, link.ipv6?.sidecar) },
  });
  signal.throwIfAborted();
  await container.start();
  const port = await publishedPorts(docker, container.id);
  const control = { url: `http://${LOOPBACK}:${port(CONTROL_PORT)}`, token };
  const mocks = connectLab(control.url, { token });
  try {
    await untilReady(docker, container.id, () => mocks.endpoints(), signal);
  } finally {
    await mocks.close();
  }

  const vantage = (name: string, address: string, relay: Endpoint): RoutedVantage => ({
    name,
    address,
    network: `${address.replace(/\d+$/, '0')}/24`,
    route: { relay },
  });
  const open = vantage('open', link.sidecar, { host: LOOPBACK, port: port(RELAY_PORT) });
  return {
    sinks,
    hostname,
    interceptor: INTERCEPTOR,
    access: (subscriber, router, outboundMs) => ({
      control,
      vantages: [open],
      reader: open,
      unused: [],
      elsewhere: [],
      endpoints: endpointsOf(principal),
      addresses: { target: router, sink: principal.address, web: principal.address },
      middle: INTERCEPTOR,
      receivers: { addresses: [], port: OUTSIDE_PORTS.mx },
      outboundMs,
      preflight: { trustedVantage: false, notes: [] },
      network: {
        // Outside, a subscriber is seen under the address of the router.
        vantages: [vantage('subscriber', router, subscriber), open],
        subscriber: 'subscriber',
        open: 'open',
        sinks: sinks.map(({ address, family }, index) => ({
          address,
          family,
          hostname,
          server: outsideServer(index, 'mx'),
        })),
        unused: OUTSIDE_UNUSED,
      },
    }),
  };
}

/** What a subscriber asks for outside: the roles of a target that is a network. */
export function endpointsOf({ address }: OutsideSinkAddress) {
  const at = (port: number): Endpoint => ({ host: address, port });
  return {
    mx: at(OUTSIDE_PORTS.mx),
    submission: at(OUTSIDE_PORTS.submission),
    submissions: at(OUTSIDE_PORTS.submissions),
  };
}

/**
 * Starts the host of a subscriber on a link, whose gateway is the router under audit: a relay that connects
 * to the servers outside and nowhere else.
 * @returns where the relay is for this machine
 */
export async function startSubscriber({
  docker,
  image,
  labels,
  signal,
  link,
  sinks,
}: Surroundings & {
  readonly link: Link;
  readonly sinks: readonly OutsideSinkAddress[];
}): Promise<Endpoint> {
  const configuration = {
    control: { address: LOOPBACK, port: CONTROL_PORT },
    relays: [{ name: 'subscriber', address: EVERYWHERE, port: RELAY_PORT, allow: outsideNetworks(sinks) }],
  } satisfies LabOptions & { control: unknown };
  const { HostConfig: ports, ...exposed } = published(RELAY_PORT);
  const container = await docker.createContainer({
    Image: image,
    Labels: labels,
    Env: [`NET_MOCKS_CONFIG=${JSON.stringify(configuration)}`, `LINK_ADDRESS=${link.target}`, 'ADDRESSES='],
    ...exposed,
    // On no other network: nothing may lead around the router.
    HostConfig: { ...ports, NetworkMode: link.name },
    NetworkingConfig: {
      EndpointsConfig: { [link.name]: { IPAMConfig: addressesOn(link.target, link.ipv6?.target) } },
    },
  });
  signal.throwIfAborted();
  await container.start();
  const port = await publishedPorts(docker, container.id);
  return { host: LOOPBACK, port: port(RELAY_PORT) };
}

/** Ports on 127.0.0.1 alone. */
function published(...ports: readonly number[]) {
  return {
    ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
    HostConfig: {
      PortBindings: Object.fromEntries(
        ports.map((port) => [`${port}/tcp`, [{ HostIp: LOOPBACK, HostPort: '' }]]),
      ),
    },
  };
}

async function publishedPorts(docker: Docker, id: string): Promise<(port: number) => number> {
  const { NetworkSettings: settings } = await docker.getContainer(id).inspect();
  return (port) => Number(settings.Ports[`${port}/tcp`]?.[0]?.HostPort);
}
