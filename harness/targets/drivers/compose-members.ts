import { setTimeout as pause } from 'node:timers/promises';
import { howEnded } from '../../containers/container-ending.ts';
import { endOfLog } from '../../containers/container-log.ts';
import type { Docker } from '../../containers/engine.ts';
import { RUN_LABEL, TARGET_LABEL } from '../../containers/labels.ts';
import { StartFailed } from '../../containers/start-failed.ts';
import type { Link } from '../../lab/sidecar/link.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import type { Role } from '../../model/roles.ts';
import { waitForGreetings } from '../greeting.ts';
import type { ComposeSettings } from '../schema.ts';
import type { Ended } from './compose-command.ts';
import { composeLines } from './compose-failure.ts';
import { type ComposeDeclaration, servicePortsOf } from './compose-services.ts';
import { LOOPBACK } from './loopback-container.ts';

/** The container of a service. */
export interface Member {
  readonly service: string;
  readonly id: string;
  /** On the network of the lab. */
  readonly address: string | undefined;
}

/** Label by which compose knows its own containers. */
const SERVICE_LABEL = 'com.docker.compose.service';
/** How often containers on their way up are looked at, in milliseconds. */
const LOOK = 250;

/**
 * The containers that compose has made and not yet started, each connected to the lab. That is done here and
 * not in the compose file, by which a service would be known by its name on that network too, and others
 * would come to it from an address that its own network does not have.
 * @param services those with a network, the first one to get the first address
 */
export async function connectMembers(
  docker: Docker,
  runId: string,
  target: string,
  services: readonly string[],
  link: Link | undefined,
): Promise<Member[]> {
  const filters = { label: [`${RUN_LABEL}=${runId}`, `${TARGET_LABEL}=${target}`, SERVICE_LABEL] };
  const containers = await docker.listContainers({ all: true, filters });
  const members = containers.map(({ Id: id, Labels }): Member => {
    const service = Labels[SERVICE_LABEL] ?? '';
    const number = services.indexOf(service);
    return { service, id, address: number < 0 ? undefined : link?.targets[number] };
  });
  for (const { id, address } of members) {
    if (!link || address === undefined) continue;
    await docker
      .getNetwork(link.name)
      .connect({ Container: id, EndpointConfig: { IPAMConfig: { IPv4Address: address } } });
  }
  return members;
}

/**
 * Starts the containers and waits for every role to greet, for a container to end that should not, or for
 * the time to run out.
 * @param up starts them, in the order and under the conditions of the compose file
 * @returns where the roles are on this machine
 */
export async function startMembers(
  { name, settings }: ComposeDeclaration,
  members: readonly Member[],
  up: (signal: AbortSignal) => Promise<Ended>,
  surroundings: {
    readonly docker: Docker;
    readonly secrets: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<Partial<Record<Role, Endpoint>>> {
  const { docker, secrets, signal } = surroundings;
  const within = settings['start-timeout'];
  const deadline = performance.now() + within;
  const settled = new AbortController();
  const ended = AbortSignal.any([signal, settled.signal]);
  const fail = async (sentence: string, services: readonly string[]): Promise<never> => {
    const logs = members
      .filter(({ service }) => services.includes(service))
      .map(({ service, id }) => endOfLog(docker, id, secrets, `the log of ${service}`));
    throw new StartFailed([sentence, ...(await Promise.all(logs))].join('\n'));
  };
  const exit = untilExit(docker, settings, members, ended).then(({ service, how }) =>
    service === undefined
      ? fail(`Target ${name} was stopped before it had greeted.`, [])
      : fail(`The container of service ${service} of target ${name} ${how}.`, [service]),
  );
  // Heard of by the races below, or not at all.
  exit.catch(() => undefined);
  const start = async () => {
    const outOfTime = AbortSignal.timeout(within);
    const result = await up(AbortSignal.any([ended, outOfTime]));
    if (result.ok) return;
    if (signal.aborted) throw new StartFailed(`Target ${name} was stopped before it had greeted.`);
    const how = outOfTime.aborted ? `did not start within ${within / 1_000} s` : 'could not be started';
    await fail(
      [`Target ${name} ${how}:`, ...composeLines(result.errors, secrets)].join('\n'),
      await unwell(docker, members),
    );
  };
  try {
    await Promise.race([start(), exit]);
    const endpoints = await publishedEndpoints(docker, settings, members);
    const left = Math.max(1, deadline - performance.now());
    const ungreeted = await Promise.race([waitForGreetings(endpoints, left, ended), exit]);
    if (ungreeted.length === 0) return endpoints;
    const silent = new Set(ungreeted.map(({ role }) => role));
    return await fail(
      `Target ${name} did not greet on every role within ${within / 1_000} s ("start-timeout" gives it longer). ${ungreeted
        .map(({ role, last }) => `${role}: ${last}`)
        .join(' ')}`,
      servicePortsOf(settings)
        .filter(({ role }) => silent.has(role))
        .map(({ service }) => service),
    );
  } finally {
    settled.abort();
  }
}

/** The first container to end that should not: any of a role, and others that do not end well. */
async function untilExit(
  docker: Docker,
  settings: ComposeSettings,
  members: readonly Member[],
  ended: AbortSignal,
): Promise<{ readonly service: string | undefined; readonly how: string }> {
  const serving = new Set(servicePortsOf(settings).map(({ service }) => service));
  const done = new Set<string>();
  while (!ended.aborted) {
    await pause(LOOK);
    for (const { id, service } of members) {
      if (done.has(id)) continue;
      const { State: state } = await docker.getContainer(id).inspect();
      if (state.Status !== 'exited' && state.Status !== 'dead') continue;
      if (state.OOMKilled || state.ExitCode !== 0 || serving.has(service))
        return { service, how: howEnded(state) };
      done.add(id);
    }
  }
  return { service: undefined, how: '' };
}

/** Services whose containers do not run as they say they should. */
async function unwell(docker: Docker, members: readonly Member[]): Promise<string[]> {
  const states = await Promise.all(
    members.map(async ({ id, service }) => ({
      service,
      state: (await docker.getContainer(id).inspect()).State,
    })),
  );
  return states
    .filter(({ state }) => (state.Running ? state.Health?.Status === 'unhealthy' : state.ExitCode !== 0))
    .map(({ service }) => service);
}

async function publishedEndpoints(
  docker: Docker,
  settings: ComposeSettings,
  members: readonly Member[],
): Promise<Partial<Record<Role, Endpoint>>> {
  const endpoints: Partial<Record<Role, Endpoint>> = {};
  for (const { role, service, port } of servicePortsOf(settings)) {
    const member = members.find((one) => one.service === service);
    if (!member) throw new StartFailed(`Compose has made no container of service ${service}.`);
    const { NetworkSettings: network, State: state } = await docker.getContainer(member.id).inspect();
    const published = network.Ports[`${port}/tcp`]?.[0]?.HostPort;
    if (published === undefined) {
      const why = state.Running ? '' : `, because it has ended with status ${state.ExitCode}`;
      throw new StartFailed(`Port ${port} of service ${service} is not published${why}.`);
    }
    endpoints[role] = { host: LOOPBACK, port: Number(published) };
  }
  return endpoints;
}

/** Where the roles are for somebody in the lab. */
export function endpointsInLab(
  settings: ComposeSettings,
  members: readonly Member[],
): Partial<Record<Role, Endpoint>> {
  const endpoints: Partial<Record<Role, Endpoint>> = {};
  for (const { role, service, port } of servicePortsOf(settings)) {
    const host = members.find((one) => one.service === service)?.address;
    if (host !== undefined) endpoints[role] = { host, port };
  }
  return endpoints;
}
