import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { StartedTestContainer } from 'testcontainers';
import { endingOf, endingTold } from '../../containers/container-ending.ts';
import { endOfLog } from '../../containers/container-log.ts';
import { type Docker, type Engine, versionOf } from '../../containers/engine.ts';
import { runLabels, TARGET_LABEL } from '../../containers/labels.ts';
import { StartFailed } from '../../containers/start-failed.ts';
import { type Sidecar, startSidecar } from '../../lab/sidecar/sidecar.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import { ROLE_NAMES, type Role } from '../../model/roles.ts';
import { waitForGreetings } from '../greeting.ts';
import { placeOf, type TargetDeclaration } from '../load.ts';
import type { ContainerSettings } from '../schema.ts';
import { readSecrets, type Secrets, smarthostOf } from '../secrets.ts';
import { targetOf } from '../target-of.ts';
import { readTrustAnchor } from '../trust-anchor.ts';
import { readFailure } from '../yaml-source.ts';
import { zoneRecordsOf } from './dns-records.ts';
import { engineFor } from './engine-for.ts';
import { type Image, provideImage } from './image.ts';
import { anchorInside, readInside } from './inside.ts';
import { type ContainerPlan, LOOPBACK, startLoopbackContainer } from './loopback-container.ts';
import { removal } from './removal.ts';
import type { RunningTarget, StartContext } from './start.ts';
import { endsAtOnce, withImageToo } from './without-lab.ts';

type ContainerDeclaration = TargetDeclaration<ContainerSettings>;

/** How often a container on its way up is looked at, in milliseconds. */
const LOOK = 200;

/**
 * Builds or pulls the image, starts a container from it and waits until every declared role greets.
 * @throws ConfigurationError for a secret, file, image or engine that is not there; StartFailed when
 *   the container ends or does not greet in time, with the last lines of its log
 */
export async function startContainer(
  declaration: ContainerDeclaration,
  { runId, signal }: StartContext,
): Promise<RunningTarget> {
  const { name, settings } = declaration;
  const secrets = await readSecrets(declaration);
  const files = await filesToCopy(declaration);
  const anchorFile = settings['trust-anchor']?.file;
  const anchor = anchorFile === undefined ? null : await readTrustAnchor(declaration, anchorFile);
  const engine = await engineFor(declaration, 'a container');
  const docker = engine.container.dockerode;

  const halt = new AbortController();
  const ended = AbortSignal.any([signal, halt.signal]);
  const bringUp = async () => {
    const [provided, lab] = await Promise.allSettled([
      // Without an image there is no use for a lab.
      provideImage(declaration, engine, ended).catch((failure: unknown): never => {
        halt.abort();
        throw failure;
      }),
      settings.lab
        ? startSidecar({
            docker,
            runId,
            target: declaration,
            clientAddresses: settings['client-addresses'],
            ipv6: true,
            ...smarthostOf(settings, secrets),
            signal: ended,
          })
        : undefined,
    ]);
    if (provided.status === 'rejected') throw provided.reason;
    const image = provided.value;
    const alone = {
      imageId: image.id,
      labels: { ...runLabels(runId), [TARGET_LABEL]: name },
      hostname: settings.hostname,
      env: secrets.env,
      ports: [...new Set(Object.values(settings.roles))],
      files,
      memory: gigabytes(settings.limits.memory),
      cpus: settings.limits.cpus,
    };
    if (lab.status === 'rejected')
      throw await withImageToo(lab.reason, () => endsAtOnce(docker, alone, secrets.values));
    const sidecar = lab.value;
    const plan: ContainerPlan = {
      ...alone,
      env: { ...secrets.env, ...labVariables(secrets, sidecar) },
      link: linkTo(sidecar, secrets),
    };
    return { image, sidecar, ...(await comeUp(declaration, plan, docker, secrets, ended)) };
  };
  const up = bringUp();
  const stop = removal(docker, runId, name, async () => {
    halt.abort();
    await up.catch(() => undefined);
  });
  try {
    const { image, sidecar, container, endpoints } = await up;
    const inside = { engine, id: container.getId() };
    if (sidecar && settings.dns.length > 0) {
      const place = (index: number) => placeOf(declaration, ['dns', index, 'container-path']);
      const read = (path: string, index: number) => readInside(inside, path, 'The record', place(index));
      await sidecar.publish(await zoneRecordsOf(settings.dns, read, place));
    }
    const pathInContainer = settings['trust-anchor']?.['container-path'];
    const anchorPlace = placeOf(declaration, ['trust-anchor', 'container-path']);
    return {
      target: targetOf(declaration, {
        endpoints,
        accounts: secrets.accounts,
        trustAnchor:
          pathInContainer === undefined ? anchor : await anchorInside(inside, pathInContainer, anchorPlace),
      }),
      lab:
        sidecar?.access(endpointsAt(sidecar.link.target, settings.roles), settings.timing.outboundMs) ?? null,
      artefact: artefactOf(engine, image, container, settings),
      ending: () => endingTold(docker, { id: container.getId(), what: 'The container' }, secrets.values),
      stop,
    };
  } catch (failure) {
    await stop();
    throw failure;
  }
}

/** The variables by which the container learns its name server, and whom to trust in the lab. */
function labVariables({ labVariables }: Secrets, sidecar: Sidecar | undefined): Record<string, string> {
  if (!sidecar) return {};
  return Object.fromEntries(
    Object.entries(labVariables).flatMap(([name, fact]): [string, string][] => {
      const value = sidecar.facts[fact];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function linkTo(sidecar: Sidecar | undefined, { labVariables }: Secrets): ContainerPlan['link'] {
  if (!sidecar) return undefined;
  const { link, facts } = sidecar;
  return {
    network: link.name,
    address: link.target,
    ipv6Address: link.ipv6?.target,
    resolver: Object.values(labVariables).includes('resolver') ? undefined : facts.resolver,
  };
}

async function filesToCopy({
  settings,
  origin,
  ...declaration
}: ContainerDeclaration): Promise<ContainerPlan['files']> {
  const found = await Promise.allSettled(
    settings.files.map(async ({ from, to }) => {
      const path = resolve(origin.folder, from);
      return { from: path, to, isFolder: (await stat(path)).isDirectory() };
    }),
  );
  const problems = found.flatMap((one, index) => {
    if (one.status === 'fulfilled') return [];
    const place = placeOf({ ...declaration, settings, origin }, ['files', index, 'from']);
    return [
      `${place}: ${settings.files[index]?.from} cannot be copied into the container: ${readFailure(one.reason)}`,
    ];
  });
  if (problems.length > 0) throw new ConfigurationError(...problems);
  return found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** Starts the container and waits for it to greet, to end, or to run out of time. */
async function comeUp(
  { name, settings }: ContainerDeclaration,
  plan: ContainerPlan,
  docker: Docker,
  secrets: Secrets,
  signal: AbortSignal,
): Promise<{ container: StartedTestContainer; endpoints: Partial<Record<Role, Endpoint>> }> {
  const settled = new AbortController();
  const ended = AbortSignal.any([signal, settled.signal]);
  const { created, started } = await startLoopbackContainer(plan);
  const exit = created
    .then((id) => untilExit(docker, id, ended))
    .then((how): never => {
      throw new StartFailed(`The container of target ${name} ${how}.`);
    });
  try {
    const container = await Promise.race([started, exit]);
    const endpoints = endpointsOf(settings, container);
    const ungreeted = await Promise.race([
      waitForGreetings(endpoints, settings['start-timeout'], ended),
      exit,
    ]);
    if (ungreeted.length > 0) {
      const roles = ungreeted.map(({ role, last }) => `${role}: ${last}`).join(' ');
      throw new StartFailed(
        `Target ${name} did not greet on every role within ${settings['start-timeout'] / 1_000} s ("start-timeout" gives it longer). ${roles}`,
      );
    }
    return { container, endpoints };
  } catch (failure) {
    // The library fails in its own time once the container is gone, with nothing new to say.
    started.catch(() => undefined);
    if (!(failure instanceof StartFailed)) throw failure;
    throw new StartFailed(`${failure.message}\n${await endOfLog(docker, await created, secrets.values)}`);
  } finally {
    settled.abort();
  }
}

/** How a container ended, as the end of a sentence. */
async function untilExit(docker: Docker, id: string, ended: AbortSignal): Promise<string> {
  while (!ended.aborted) {
    await pause(LOOK);
    const how = await endingOf(docker, id);
    if (how !== null) return how;
  }
  return 'was stopped before it had greeted';
}

function endpointsOf(
  settings: ContainerSettings,
  container: StartedTestContainer,
): Partial<Record<Role, Endpoint>> {
  const endpoints: Partial<Record<Role, Endpoint>> = {};
  for (const role of ROLE_NAMES) {
    const port = settings.roles[role];
    if (port !== undefined) endpoints[role] = { host: LOOPBACK, port: container.getMappedPort(port) };
  }
  return endpoints;
}

function endpointsAt(
  host: string,
  roles: Readonly<Partial<Record<Role, number>>>,
): Partial<Record<Role, Endpoint>> {
  return Object.fromEntries(
    Object.entries(roles).map(([role, port]): [string, Endpoint] => [role, { host, port }]),
  );
}

function artefactOf(
  engine: Engine,
  image: Image,
  container: StartedTestContainer,
  { build }: ContainerSettings,
): Record<string, string> {
  const args = Object.entries(build?.args ?? {}).map(([name, value]) => [`build-arg.${name}`, value]);
  return {
    engine: versionOf(engine),
    image: image.name,
    'image-id': image.id,
    ...(image.digest === undefined ? {} : { 'image-digest': image.digest }),
    container: container.getId(),
    ...(build ? { 'build-context': build.context } : {}),
    ...Object.fromEntries(args),
  };
}

function gigabytes(amount: string | undefined): number | undefined {
  if (amount === undefined) return undefined;
  const number = Number.parseInt(amount, 10);
  return amount.endsWith('G') ? number : number / 1024;
}
