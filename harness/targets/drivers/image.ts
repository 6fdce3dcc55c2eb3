import { readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Docker, type Engine, loadTestcontainers } from '../../containers/engine.ts';
import { IMAGE_LABEL } from '../../containers/labels.ts';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import { placeOf, type TargetDeclaration } from '../load.ts';
import type { ContainerSettings, NetworkSettings } from '../schema.ts';
import { readFailure } from '../yaml-source.ts';

/** An image on the engine. */
export interface Image {
  /** `sha256:…`: what is started, so that nobody else's build under the same name gets in between. */
  readonly id: string;
  readonly name: string;
  /** Digest under which a registry knows it, where it came from one. */
  readonly digest: string | undefined;
}

/** Lines of a failed build that are shown. */
const SHOWN_LINES = 12;

/**
 * The image of a container target, built or pulled where need be.
 * @throws ConfigurationError when it does not exist, cannot be pulled or cannot be built
 */
export async function provideImage(
  declaration: TargetDeclaration<ContainerSettings | NetworkSettings>,
  engine: Engine,
  signal: AbortSignal,
): Promise<Image> {
  const { build, image } = declaration.settings;
  if (build) return inTurn(() => buildImage(declaration, build, engine.container.dockerode, signal));
  const name = image ?? '';
  const there = await namedImage(name, engine);
  if (!there) {
    throw new ConfigurationError(
      `${placeOf(declaration, ['image'])}: The image "${visible(name)}" does not exist on the container engine and could not be pulled.`,
    );
  }
  return there;
}

/** An image by its name, on the engine or pulled; undefined where neither can be had. */
export async function namedImage(name: string, engine: Engine): Promise<Image | undefined> {
  return (await inspect(engine.container.dockerode, name)) ?? (await pull(name, engine));
}

async function inspect(docker: Docker, name: string): Promise<Image | undefined> {
  try {
    const { Id, RepoDigests } = await docker.getImage(name).inspect();
    return { id: Id, name, digest: RepoDigests?.[0] };
  } catch (error) {
    // 400: a name that no image can have.
    const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
    if (status === 404 || status === 400) return undefined;
    throw error;
  }
}

async function pull(name: string, engine: Engine): Promise<Image | undefined> {
  const { ImageName } = await loadTestcontainers();
  try {
    await engine.image.pull(ImageName.fromString(name));
  } catch {
    return undefined;
  }
  // The library does not report errors within the progress of a pull.
  return inspect(engine.container.dockerode, name);
}

/** Variants of one image share the expensive layers, if one builds them before the next one begins. */
let turn: Promise<unknown> = Promise.resolve();

/** Builds once every build that was asked for earlier is over. */
export function inTurn<Built>(build: () => Promise<Built>): Promise<Built> {
  const mine = turn.then(build);
  turn = mine.catch(() => undefined);
  return mine;
}

/**
 * Builds through the engine's own interface: the builder of testcontainers takes no labels, and takes
 * an image of the same name that an earlier build left for the result of a build that failed.
 */
async function buildImage(
  declaration: TargetDeclaration<ContainerSettings | NetworkSettings>,
  { context, dockerfile, args }: NonNullable<ContainerSettings['build']>,
  docker: Docker,
  signal: AbortSignal,
): Promise<Image> {
  const folder = resolve(declaration.origin.folder, context);
  const name = `mailspec-target/${declaration.name}:latest`;
  const files = await contextFiles(declaration, folder, context, dockerfile);
  const output: string[] = [];
  let failure: string | undefined;
  let id: string | undefined;
  const options = {
    t: name,
    dockerfile,
    buildargs: args,
    labels: { [IMAGE_LABEL]: '1' },
    // The container of a step that failed goes too.
    forcerm: true,
    abortSignal: signal,
  };
  try {
    const stream = await docker.buildImage({ context: folder, src: files }, options);
    for await (const line of createInterface({ input: stream })) {
      const event = JSON.parse(line) as { stream?: string; error?: string; aux?: { ID?: string } };
      if (event.stream) output.push(...event.stream.split('\n').filter((text) => text.trim() !== ''));
      failure ??= event.error;
      id = event.aux?.ID ?? id;
    }
  } catch (error) {
    failure ??= error instanceof Error ? error.message : String(error);
  }
  signal.throwIfAborted();
  const built = id && failure === undefined ? await inspect(docker, id) : undefined;
  if (!built) {
    throw new ConfigurationError(
      `${placeOf(declaration, ['build'])}: The image of target ${declaration.name} could not be built from ${context}: ${visible((failure ?? 'the engine named no result').trim())}`,
      ...output.slice(-SHOWN_LINES).map((line) => `  ${visible(line)}`),
    );
  }
  return { ...built, name };
}

/** The files of a build context, relative to it. */
async function contextFiles(
  declaration: TargetDeclaration,
  folder: string,
  context: string,
  dockerfile: string,
): Promise<string[]> {
  const place = placeOf(declaration, ['build', 'context']);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new ConfigurationError(
      `${place}: The folder ${context} to build from cannot be used: ${readFailure(error)}`,
    );
  });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  if (!files.includes(dockerfile)) {
    throw new ConfigurationError(`${place}: The folder ${context} to build from holds no ${dockerfile}.`);
  }
  return files;
}
