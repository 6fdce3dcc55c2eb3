import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { endingTold } from '../../containers/container-ending.ts';
import { type Engine, versionOf } from '../../containers/engine.ts';
import { IMAGE_LABEL, runLabels, TARGET_LABEL } from '../../containers/labels.ts';
import { visible } from '../../evidence/visible.ts';
import { type Sidecar, startSidecar } from '../../lab/sidecar/sidecar.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import { placeOf } from '../load.ts';
import { readSecrets, type Secrets, smarthostOf } from '../secrets.ts';
import { targetOf } from '../target-of.ts';
import { readTrustAnchor } from '../trust-anchor.ts';
import { readFailure } from '../yaml-source.ts';
import { type ComposeCommand, findCompose } from './compose-command.ts';
import { composeFailure } from './compose-failure.ts';
import { connectMembers, endpointsInLab, type Member, startMembers } from './compose-members.ts';
import { type Project, prepareProject, readProject } from './compose-project.ts';
import {
  addressedServices,
  type ComposeDeclaration,
  checkProject,
  portsByService,
  servicePortsOf,
} from './compose-services.ts';
import { zoneRecordsOf } from './dns-records.ts';
import { engineFor } from './engine-for.ts';
import { inTurn, namedImage } from './image.ts';
import { anchorInside, type Inside, readInside } from './inside.ts';
import { removal } from './removal.ts';
import type { RunningTarget, StartContext } from './start.ts';

/**
 * Makes the containers of a compose project, in networks of its own and in that of the lab, and waits until
 * every declared role greets.
 * @throws ConfigurationError for a secret, file, service, image, compose or engine that is not there, and for
 *   a project that others could reach; StartFailed when a container ends or does not greet in time, with the
 *   last lines of its log
 */
export async function startCompose(
  declaration: ComposeDeclaration,
  { runId, signal }: StartContext,
): Promise<RunningTarget> {
  const { name, settings } = declaration;
  const secrets = await readSecrets(declaration);
  const anchorFile = settings['trust-anchor']?.file;
  const anchor = anchorFile === undefined ? null : await readTrustAnchor(declaration, anchorFile);
  const files = await composeFiles(declaration);
  const engine = await engineFor(declaration, 'a compose project');

  const halt = new AbortController();
  const up = bringUp({
    declaration,
    runId,
    engine,
    files,
    secrets,
    signal: AbortSignal.any([signal, halt.signal]),
  });
  const stop = removal(engine.container.dockerode, runId, name, async () => {
    halt.abort();
    await up.catch(() => undefined);
  });
  try {
    const { command, sidecar, members, endpoints } = await up;
    const inside = (service = settings.service): Inside => {
      const member = members.find((one) => one.service === service);
      if (!member) throw new Error(`The service ${service} has no container.`);
      return { engine, id: member.id };
    };
    if (sidecar && settings.dns.length > 0) {
      const place = (index: number) => placeOf(declaration, ['dns', index, 'container-path']);
      const read = (path: string, index: number) => {
        const record = settings.dns[index];
        const service = record?.type === 'TXT' ? record.service : undefined;
        return readInside(inside(service), path, 'The record', place(index));
      };
      await sidecar.publish(await zoneRecordsOf(settings.dns, read, place));
    }
    const given = settings['trust-anchor'];
    const anchorPath = given?.['container-path'];
    const anchorPlace = placeOf(declaration, ['trust-anchor', 'container-path']);
    return {
      target: targetOf(declaration, {
        endpoints,
        accounts: secrets.accounts,
        trustAnchor:
          anchorPath === undefined
            ? anchor
            : await anchorInside(inside(given?.service), anchorPath, anchorPlace),
      }),
      lab: sidecar?.access(endpointsInLab(settings, members), settings.timing.outboundMs) ?? null,
      artefact: await artefactOf(engine, command, declaration, members),
      async ending() {
        const serving = new Set(servicePortsOf(settings).map(({ service }) => service));
        const told = members
          .filter(({ service }) => serving.has(service))
          .map(({ id, service }) =>
            endingTold(engine.container.dockerode, { id, what: `Service ${service}` }, secrets.values),
          );
        return (await Promise.all(told)).find((one) => one !== null) ?? null;
      },
      stop,
    };
  } catch (failure) {
    await stop();
    throw failure;
  }
}

/** The compose files, as absolute paths. */
async function composeFiles(declaration: ComposeDeclaration): Promise<string[]> {
  const { settings, origin } = declaration;
  const files = settings.file.map((file) => resolve(origin.folder, file));
  const problems: string[] = [];
  for (const [index, file] of files.entries()) {
    await access(file).catch((error: unknown) => {
      const place = placeOf(declaration, ['file', index]);
      problems.push(
        `${place}: The compose file ${visible(settings.file[index] ?? '')} cannot be used: ${readFailure(error)}`,
      );
    });
  }
  if (problems.length > 0) throw new ConfigurationError(...problems);
  return files;
}

interface Start {
  readonly declaration: ComposeDeclaration;
  readonly runId: string;
  readonly engine: Engine;
  /** Compose files, absolute. */
  readonly files: readonly string[];
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
}

async function bringUp(start: Start) {
  const { declaration, runId, engine, secrets, signal } = start;
  const { name, settings } = declaration;
  const docker = engine.container.dockerode;
  // What is wrong is told before anything is made.
  let { command, project } = await resolveProject(start, undefined);
  checkProject(declaration, project);
  const services = addressedServices(settings, project);
  const sidecar = settings.lab
    ? await startSidecar({
        docker,
        runId,
        target: declaration,
        clientAddresses: settings['client-addresses'],
        ...smarthostOf(settings, secrets),
        containers: services.length,
        signal,
      })
    : undefined;
  if (sidecar && Object.keys(secrets.labVariables).length > 0) {
    ({ command, project } = await resolveProject(start, sidecar));
  }
  await provideImages(declaration, project, engine, signal);
  const { whole, unordered } = prepareProject(project, {
    target: name,
    labels: { ...runLabels(runId), [TARGET_LABEL]: name },
    imageLabels: { [IMAGE_LABEL]: '1' },
    ports: portsByService(settings),
    resolver: sidecar?.facts.resolver,
  });
  const demand = async (args: readonly string[], otherwise: string, until: AbortSignal) => {
    const { ok, errors } = await command.run(args, { text: unordered }, until);
    signal.throwIfAborted();
    if (!ok) throw composeFailure(declaration, otherwise, errors, secrets.values);
  };
  if (Object.values(project.services).some(({ build }) => build !== undefined)) {
    await inTurn(() => demand(['build'], 'could not be built', signal));
  }
  // Not ended half-way if it can be helped: what the engine was still making then would be missed by the removal.
  await demand(['up', '--no-start', '--no-build'], 'could not be made', someTimeAfter(signal));
  const members = await connectMembers(docker, runId, name, services, sidecar?.link);
  signal.throwIfAborted();
  const up = (until: AbortSignal) =>
    command.run(['up', '--detach', '--no-recreate', '--no-build'], { text: whole }, until);
  const endpoints = await startMembers(declaration, members, up, {
    docker,
    secrets: secrets.values,
    signal,
  });
  return { command, sidecar, members, endpoints };
}

/** Time that is left to a command that is better not ended half-way, in milliseconds. */
const GRACE = 15_000;

function someTimeAfter(signal: AbortSignal): AbortSignal {
  const later = new AbortController();
  const wait = () => void setTimeout(() => later.abort(), GRACE).unref();
  if (signal.aborted) wait();
  else signal.addEventListener('abort', wait, { once: true });
  return later.signal;
}

/** The project as compose reads it; without a lab, what it would tell is said by its name. */
async function resolveProject(
  { declaration, runId, engine, files, secrets, signal }: Start,
  sidecar: Sidecar | undefined,
): Promise<{ command: ComposeCommand; project: Project }> {
  const ofLab = Object.fromEntries(
    Object.entries(secrets.labVariables).map(([name, fact]) => [name, sidecar?.facts[fact] ?? `lab:${fact}`]),
  );
  const project = `mailspec-${runId}-${declaration.name}`.toLowerCase();
  const command = await findCompose(declaration, engine, project, { ...secrets.env, ...ofLab });
  const { ok, output, errors } = await command.run(['config'], files, signal);
  signal.throwIfAborted();
  if (!ok) throw composeFailure(declaration, 'is not accepted by compose', errors, secrets.values);
  return { command, project: readProject(output, declaration.settings.profiles) };
}

/** Pulls the images that are neither here nor built, so that a missing one is told by its name. */
async function provideImages(
  declaration: ComposeDeclaration,
  { services }: Project,
  engine: Engine,
  signal: AbortSignal,
): Promise<void> {
  const built = Object.values(services).flatMap(({ build, image }) => (build === undefined ? [] : [image]));
  for (const [service, { build, image }] of Object.entries(services)) {
    if (build !== undefined || typeof image !== 'string' || built.includes(image)) continue;
    signal.throwIfAborted();
    if (await namedImage(image, engine)) continue;
    throw new ConfigurationError(
      `${placeOf(declaration, ['file'])}: The image "${visible(image)}" of service ${service} does not exist on the container engine and could not be pulled.`,
    );
  }
}

async function artefactOf(
  engine: Engine,
  command: ComposeCommand,
  { settings }: ComposeDeclaration,
  members: readonly Member[],
): Promise<Record<string, string>> {
  const docker = engine.container.dockerode;
  const described = await Promise.all(
    members.map(async ({ service, id }): Promise<[string, string][]> => {
      const { Image: imageId, Config: configuration } = await docker.getContainer(id).inspect();
      const { RepoDigests: digests } = await docker.getImage(imageId).inspect();
      const digest = digests?.[0];
      return [
        [`${service}.image`, configuration.Image],
        [`${service}.image-id`, imageId],
        ...(digest === undefined ? [] : [[`${service}.image-digest`, digest] satisfies [string, string]]),
        [`${service}.container`, id],
      ];
    }),
  );
  return {
    engine: versionOf(engine),
    compose: command.version,
    'compose-files': settings.file.join(', '),
    ...(settings.profiles.length > 0 ? { 'compose-profiles': settings.profiles.join(', ') } : {}),
    ...Object.fromEntries(described.flat()),
  };
}
