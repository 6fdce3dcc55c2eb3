import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { connectLab, type LabOptions, type Lab as Mocks, type ZoneRecord } from 'net-mocks';
import { lastLogLines } from '../../containers/container-log.ts';
import type { Docker } from '../../containers/engine.ts';
import { runLabels, TARGET_LABEL } from '../../containers/labels.ts';
import { StartFailed } from '../../containers/start-failed.ts';
import { createRedactor } from '../../evidence/redaction.ts';
import type { ClientAddresses } from '../../model/client-addresses.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import type { LabAccess, RoutedVantage } from '../../model/lab-access.ts';
import type { LabFact } from '../../model/lab-facts.ts';
import type { Role } from '../../model/roles.ts';
import type { SmarthostClaim } from '../../model/smarthost-claim.ts';
import type { Vantage } from '../../model/vantage.ts';
import { type AddressPlan, clientsOf, planAddresses } from '../address-plan.ts';
import { SINK, SINK_HOST, SMARTHOST_NAME, SMARTHOST_USER } from '../names.ts';
import { smarthostServer } from '../smarthost.ts';
import { publishWorld, targetZones } from '../world.ts';
import { provideLabImage } from './image.ts';
import { addressesOn, createLink, type Link } from './link.ts';

/** What there is to tell of a lab; of a smarthost only where there is one. */
export type LabFacts = Readonly<Partial<Record<LabFact, string>> & { resolver: string }>;

/** A lab in a container, for a target in a container. */
export interface Sidecar {
  readonly link: Link;
  /** Address of the only name server that the target is to use, and the anchors of trust in it and in servers. */
  readonly facts: LabFacts;
  /** Publishes these beside what there is about the target, instead of what it published so before. */
  publish(records: readonly ZoneRecord[]): Promise<void>;
  /** What a worker needs to use it; `endpoints` are those of the target on the link. */
  access(endpoints: Readonly<Partial<Record<Role, Endpoint>>>, outboundMs: number): LabAccess;
}

const DOCUMENTATION = ['203.0.113', '198.51.100'] as const;
const BENCHMARKING = ['198.18.113', '198.19.100'] as const;
/**
 * Of 6to4 relays, which there are no more (RFC 7526), and of AMT relays (RFC 7450): addresses of no host, which few
 * servers count among the special ones. They are on interfaces of the lab; its network has no way out.
 */
const PUBLIC = ['192.88.99', '192.52.193'] as const;
/**
 * Clients over IPv6. Of the documentation addresses the first network has the newer ones (RFC 9637), which few servers
 * count among the special ones, and the other the older ones (RFC 3849); then those for benchmarks (RFC 5180).
 */
const IPV6 = {
  documentation: ['3fff:113', '2001:db8:113'],
  benchmarking: ['2001:2:0:113', '2001:2:0:100'],
  public: ['3fff:113', '3fff:100'],
} as const satisfies Readonly<Record<ClientAddresses, readonly [string, string]>>;
/**
 * TEST-NET-3 and TEST-NET-2 (RFC 5737), strangers to all servers but those that count them as private; for these
 * there is the network for benchmarks (RFC 2544), and for those that deliver to public addresses alone a third plan.
 * None of them is anybody's.
 */
const PLANS: Readonly<Record<ClientAddresses, AddressPlan>> = {
  documentation: planAddresses(...DOCUMENTATION, IPV6.documentation, BENCHMARKING[0]),
  // Without the others: who favours these is no reason to doubt what it does to strangers.
  benchmarking: planAddresses(...BENCHMARKING, IPV6.benchmarking),
  public: planAddresses(...PUBLIC, IPV6.public),
};
const CONTROL_PORT = 8053;
const RELAY_PORT = 3128;
const SMTP_PORT = 25;
const EVERYWHERE = '0.0.0.0';
const LOOPBACK = '127.0.0.1';
/** Time until the lab must answer, and pause between two looks, in milliseconds. */
const READY_WITHIN = 120_000;
const LOOK = 25;

/**
 * Makes the network of a target and starts its lab on it. What is made carries the labels of run and
 * target, by which it is removed.
 * @throws ConfigurationError when the image cannot be built; StartFailed when the lab does not come up
 */
export async function startSidecar(options: {
  readonly docker: Docker;
  readonly runId: string;
  readonly target: { readonly name: string; readonly domain: string; readonly hostname: string };
  /** Which addresses clients and servers of the lab have; documentation addresses when absent. */
  readonly clientAddresses?: ClientAddresses;
  /** The relay host by which its mail leaves, and the password for it where it asks for a login. */
  readonly smarthost?: { readonly claim: SmarthostClaim; readonly password?: string };
  /** Containers that the target consists of; one when absent. */
  readonly containers?: number;
  /** The target is reached over IPv6 too, where the engine can do that. */
  readonly ipv6?: boolean;
  readonly signal: AbortSignal;
}): Promise<Sidecar> {
  const {
    docker,
    runId,
    target,
    clientAddresses = 'documentation',
    smarthost,
    containers = 1,
    ipv6 = false,
    signal,
  } = options;
  const plan = PLANS[clientAddresses];
  const image = await provideLabImage(docker);
  signal.throwIfAborted();
  const labels = { ...runLabels(runId), [TARGET_LABEL]: target.name };
  // Of several networks the engine routes a container through the first by name, which is to be "bridge".
  const link = await createLink(docker, `mailspec-${runId}-${target.name}`, labels, {
    targets: containers,
    ipv6: ipv6 && 'where-possible',
  });
  const clients = [...clientsOf(plan), ...plan.elsewhere, ...(link.ipv6 ? clientsOf(plan.ipv6) : [])];
  signal.throwIfAborted();

  const token = randomBytes(16).toString('hex');
  const published = [CONTROL_PORT, RELAY_PORT];
  const configuration = {
    control: { address: EVERYWHERE, port: CONTROL_PORT },
    token,
    dns: { address: plan.resolver, port: 53 },
    web: { address: plan.web, port: 443 },
    smtp: [
      { name: SINK, address: plan.sink, port: SMTP_PORT, hostname: SINK_HOST, tls: {} },
      ...(smarthost
        ? [
            smarthostServer(
              smarthost.claim,
              { address: plan.smarthost, port: smarthost.claim.port },
              smarthost.password,
            ),
          ]
        : []),
    ],
    relays: [
      {
        name: 'vantages',
        address: EVERYWHERE,
        port: RELAY_PORT,
        sourceAddresses: clients.map(({ address }) => address),
        allow: [link.subnet, ...(link.ipv6 ? [link.ipv6.subnet] : []), `${plan.middle}/32`],
      },
    ],
  } satisfies LabOptions & { control: unknown; token: string };
  const addresses = [
    link.gateway,
    ...(link.ipv6 ? [link.ipv6.gateway] : []),
    ...clients.map(({ address }) => address),
    plan.resolver,
    plan.sink,
    plan.smarthost,
    plan.web,
    plan.middle,
    ...plan.receivers,
  ];

  const container = await docker.createContainer({
    Image: image,
    Labels: labels,
    Env: [
      `NET_MOCKS_CONFIG=${JSON.stringify(configuration)}`,
      `LINK_ADDRESS=${link.sidecar}`,
      `ADDRESSES=${addresses.join(',')}`,
    ],
    ExposedPorts: Object.fromEntries(published.map((port) => [`${port}/tcp`, {}])),
    HostConfig: {
      // Many addresses on one interface; within the network of the container only.
      CapAdd: ['NET_ADMIN'],
      // The gateway of the target leads nowhere.
      Sysctls: {
        'net.ipv4.ip_forward': '0',
        ...(link.ipv6 ? { 'net.ipv6.conf.all.forwarding': '0' } : {}),
      },
      PortBindings: Object.fromEntries(
        published.map((port) => [`${port}/tcp`, [{ HostIp: LOOPBACK, HostPort: '' }]]),
      ),
    },
  });
  await docker.getNetwork(link.name).connect({
    Container: container.id,
    EndpointConfig: { IPAMConfig: addressesOn(link.sidecar, link.ipv6?.sidecar) },
  });
  signal.throwIfAborted();
  await container.start();
  const { NetworkSettings: settings } = await container.inspect();
  const hostPort = (port: number) => Number(settings.Ports[`${port}/tcp`]?.[0]?.HostPort);
  const control = { url: `http://${LOOPBACK}:${hostPort(CONTROL_PORT)}`, token };

  const named = {
    ...target,
    address: link.target,
    otherAddresses: link.targets.slice(1),
    ipv6Address: link.ipv6?.target,
  };
  const ask = async <T>(request: (mocks: Mocks) => Promise<T>): Promise<T> => {
    const mocks = connectLab(control.url, { token });
    try {
      return await request(mocks);
    } finally {
      await mocks.close();
    }
  };
  const facts = await ask(async (mocks) => {
    await untilReady(docker, container.id, () => mocks.endpoints(), signal);
    await publishWorld(mocks, plan, named);
    const [{ ds }, { certificate }] = await Promise.all([
      mocks.dns.trustAnchor(),
      mocks.certificates.authority(),
    ]);
    return {
      resolver: plan.resolver,
      'trust-anchor': ds,
      authority: certificate,
      ...(smarthost
        ? {
            smarthost: SMARTHOST_NAME,
            'smarthost-address': plan.smarthost,
            'smarthost-port': String(smarthost.claim.port),
            ...(smarthost.password === undefined
              ? {}
              : { 'smarthost-user': SMARTHOST_USER, 'smarthost-password': smarthost.password }),
          }
        : {}),
    };
  });
  const relay = { host: LOOPBACK, port: hostPort(RELAY_PORT) };
  const routed = (vantage: Vantage): RoutedVantage => ({
    ...vantage,
    route: { relay, from: vantage.address },
  });
  return {
    link,
    facts,
    publish: (records) =>
      ask(async (mocks) => {
        await mocks.dns.publish({ zones: targetZones(named, records) });
      }),
    access: (endpoints, outboundMs) => ({
      control,
      vantages: plan.vantages.map(routed),
      reader: routed(plan.reader),
      unused: plan.unused.map(routed),
      elsewhere: plan.elsewhere.map(routed),
      endpoints,
      ...(link.ipv6
        ? {
            ipv6: {
              vantages: plan.ipv6.vantages.map(routed),
              reader: routed(plan.ipv6.reader),
              unused: plan.ipv6.unused.map(routed),
              target: link.ipv6.target,
              endpoints: endpointsAt(link.ipv6.target, endpoints),
            },
          }
        : {}),
      addresses: { target: link.target, sink: plan.sink, web: plan.web },
      middle: plan.middle,
      receivers: { addresses: plan.receivers, port: SMTP_PORT },
      ...(smarthost ? { smarthost: { host: plan.smarthost, port: smarthost.claim.port } } : {}),
      outboundMs,
      preflight: { trustedVantage: false, notes: ipv6 && !link.ipv6 ? [WITHOUT_IPV6] : [] },
    }),
  };
}

const WITHOUT_IPV6 = 'The container engine makes no network with IPv6: nothing is tried over IPv6.';

/** The same ports at another address. */
function endpointsAt(
  host: string,
  endpoints: Readonly<Partial<Record<Role, Endpoint>>>,
): Partial<Record<Role, Endpoint>> {
  return Object.fromEntries(Object.entries(endpoints).map(([role, { port }]) => [role, { host, port }]));
}

/** Asks until an answer comes; a container that has ended by then is told with its last words. */
export async function untilReady(
  docker: Docker,
  id: string,
  look: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + READY_WITHIN;
  for (;;) {
    try {
      await look();
      return;
    } catch (problem) {
      signal.throwIfAborted();
      const { State: state } = await docker.getContainer(id).inspect();
      if (state.Running && performance.now() < deadline) {
        await pause(LOOK);
        continue;
      }
      const how = state.Running
        ? `did not answer within ${READY_WITHIN / 1_000} s (${problem instanceof Error ? problem.message : String(problem)})`
        : `ended with status ${state.ExitCode}`;
      const log = await lastLogLines(docker, id, 5, createRedactor());
      throw new StartFailed([`The lab ${how}.`, ...log.map((line) => `  ${line}`)].join('\n'));
    }
  }
}
