import { setTimeout as pause } from 'node:timers/promises';
import { connectThroughRelay, RelayError } from 'net-mocks';
import { lastLogLines } from '../../containers/container-log.ts';
import { type Docker, type Engine, versionOf } from '../../containers/engine.ts';
import { runLabels, TARGET_LABEL } from '../../containers/labels.ts';
import { StartFailed } from '../../containers/start-failed.ts';
import { createRedactor } from '../../evidence/redaction.ts';
import { OUTSIDE_PORTS } from '../../lab/outside-plan.ts';
import {
  endpointsOf,
  type Outside,
  startOutside,
  startSubscriber,
} from '../../lab/sidecar/access-network.ts';
import { provideLabImage } from '../../lab/sidecar/image.ts';
import { addressesOn, createLink, type Link } from '../../lab/sidecar/link.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import type { TargetDeclaration } from '../load.ts';
import type { NetworkSettings } from '../schema.ts';
import { targetOf } from '../target-of.ts';
import { engineFor } from './engine-for.ts';
import { type Image, provideImage } from './image.ts';
import { removal } from './removal.ts';
import type { RunningTarget, StartContext } from './start.ts';

type NetworkDeclaration = TargetDeclaration<NetworkSettings>;

/** Log lines that are shown when the router does not come up. */
const SHOWN_LINES = 15;
/** Pause between two looks, in milliseconds. */
const LOOK = 200;

/**
 * Starts an access network: the router under audit between a subscriber on one side and, on the other,
 * the servers outside with the control vantage. The roles of the target are what a subscriber asks for
 * outside.
 * @throws ConfigurationError for an image or engine that is not there; StartFailed when the subscriber
 *   does not reach the outside at all
 */
export async function startNetwork(
  declaration: NetworkDeclaration,
  { runId, signal }: StartContext,
): Promise<RunningTarget> {
  const { name, settings } = declaration;
  const engine = await engineFor(declaration, 'a network of containers');
  const docker = engine.container.dockerode;
  const halt = new AbortController();
  const up = bringUp(declaration, engine, runId, AbortSignal.any([signal, halt.signal]));
  const stop = removal(docker, runId, name, async () => {
    halt.abort();
    await up.catch(() => undefined);
  });
  try {
    const { image, router, outside, subscriber, links } = await up;
    const [principal] = outside.sinks;
    return {
      target: targetOf(declaration, {
        endpoints: principal ? endpointsOf(principal) : {},
        accounts: [],
        trustAnchor: null,
      }),
      lab: outside.access(subscriber, links.outside.target, settings.timing.outboundMs),
      artefact: artefactOf(engine, image, router, settings),
      stop,
    };
  } catch (failure) {
    await stop();
    throw failure;
  }
}

interface Network {
  readonly image: Image;
  /** Id of the container. */
  readonly router: string;
  readonly outside: Outside;
  readonly subscriber: Endpoint;
  readonly links: { readonly inside: Link; readonly outside: Link };
}

/** One part after the other: what is still being made when another part fails could not be removed. */
async function bringUp(
  declaration: NetworkDeclaration,
  engine: Engine,
  runId: string,
  signal: AbortSignal,
): Promise<Network> {
  const { name, settings } = declaration;
  const { ipv6 } = settings;
  const docker = engine.container.dockerode;
  const image = await provideImage(declaration, engine, signal);
  const labImage = await provideLabImage(docker);
  const labels = { ...runLabels(runId), [TARGET_LABEL]: name };
  const linkFor = async (side: string): Promise<Link> => {
    signal.throwIfAborted();
    return createLink(docker, `mailspec-${runId}-${name}-${side}`, labels, { ipv6 });
  };
  const links = { inside: await linkFor('inside'), outside: await linkFor('outside') };
  const surroundings = { docker, image: labImage, labels, signal };
  const outside = await startOutside({ ...surroundings, link: links.outside });
  const router = await startRouter(docker, image, labels, links, outside.interceptor);
  signal.throwIfAborted();
  const subscriber = await startSubscriber({ ...surroundings, link: links.inside, sinks: outside.sinks });
  await untilForwarding(declaration, docker, router, subscriber, outside, signal);
  return { image, router, outside, subscriber, links };
}

async function startRouter(
  docker: Docker,
  image: Image,
  labels: Record<string, string>,
  { inside, outside }: Network['links'],
  interceptor: string,
): Promise<string> {
  const gateways = ({ gateway, ipv6 }: Link) => [gateway, ...(ipv6 ? [ipv6.gateway] : [])].join(' ');
  const container = await docker.createContainer({
    Image: image.id,
    Labels: labels,
    Env: [
      `INSIDE=${inside.sidecar}`,
      `INSIDE_GATEWAYS=${gateways(inside)}`,
      `OUTSIDE=${outside.target}`,
      `OUTSIDE_GATEWAYS=${gateways(outside)}`,
      `INTERCEPTOR=${interceptor}`,
    ],
    HostConfig: {
      NetworkMode: inside.name,
      // Routes and filters, within the network of the container only.
      CapAdd: ['NET_ADMIN'],
      Sysctls: {
        'net.ipv4.ip_forward': '1',
        ...(inside.ipv6 ? { 'net.ipv6.conf.all.forwarding': '1' } : {}),
      },
    },
    NetworkingConfig: {
      EndpointsConfig: {
        [inside.name]: { IPAMConfig: addressesOn(inside.sidecar, inside.ipv6?.sidecar) },
      },
    },
  });
  await docker.getNetwork(outside.name).connect({
    Container: container.id,
    EndpointConfig: { IPAMConfig: addressesOn(outside.target, outside.ipv6?.target) },
  });
  await container.start();
  return container.id;
}

/** Waits until the subscriber reaches the beacon of every sink, with which no policy about mail meddles. */
async function untilForwarding(
  { name, settings }: NetworkDeclaration,
  docker: Docker,
  router: string,
  { host: address, port }: Endpoint,
  { sinks }: Outside,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + settings['start-timeout'];
  for (const sink of sinks) {
    for (;;) {
      const failure = await attempt({ address, port }, { address: sink.address, port: OUTSIDE_PORTS.beacon });
      signal.throwIfAborted();
      if (failure === undefined) break;
      const { State: state } = await docker.getContainer(router).inspect();
      if (state.Running && performance.now() < deadline) {
        await pause(LOOK);
        continue;
      }
      const how = state.Running
        ? `did not let the subscriber through to ${sink.address} within ${settings['start-timeout'] / 1_000} s (${failure})`
        : `ended with status ${state.ExitCode}`;
      const log = await lastLogLines(docker, router, SHOWN_LINES, createRedactor());
      throw new StartFailed(
        [
          `The router of target ${name} ${how}.`,
          ...(sink.family === 'IPv6' ? ['"ipv6: false" leaves IPv6 out, where the engine has none.'] : []),
          'The last lines of its log:',
          ...log.map((line) => `  ${line}`),
        ].join('\n'),
      );
    }
  }
}

/** Time that one attempt to connect may take, in milliseconds. */
const ATTEMPT_MS = 2_000;

/** Undefined when a connection came about, else why not. */
async function attempt(
  relay: { readonly address: string; readonly port: number },
  to: { readonly address: string; readonly port: number },
): Promise<string | undefined> {
  try {
    const socket = await connectThroughRelay(relay, to, AbortSignal.timeout(ATTEMPT_MS));
    socket.on('error', () => undefined);
    socket.destroy();
    return undefined;
  } catch (failure) {
    if (failure instanceof RelayError) return failure.code ?? failure.message;
    return failure instanceof Error ? failure.message : String(failure);
  }
}

function artefactOf(
  engine: Engine,
  image: Image,
  router: string,
  { build, ipv6 }: NetworkSettings,
): Record<string, string> {
  const args = Object.entries(build?.args ?? {}).map(([name, value]) => [`build-arg.${name}`, value]);
  return {
    engine: versionOf(engine),
    image: image.name,
    'image-id': image.id,
    ...(image.digest === undefined ? {} : { 'image-digest': image.digest }),
    router,
    ipv6: ipv6 ? 'yes' : 'no',
    ...(build ? { 'build-context': build.context } : {}),
    ...Object.fromEntries(args),
  };
}
