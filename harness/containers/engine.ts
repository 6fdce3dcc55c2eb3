import type { ContainerRuntimeClient } from 'testcontainers';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { importWithListeners } from './signals.ts';

/** The client of the container engine, by way of testcontainers. */
export type Engine = ContainerRuntimeClient;
/** The engine's own interface. */
export type Docker = Engine['container']['dockerode'];

const NO_ENGINE =
  'No container engine answers; looked at DOCKER_HOST, the current Docker context and /var/run/docker.sock.';

/**
 * testcontainers, imported when first needed (it takes half a second). What is made is removed by
 * this project itself, so its reaper container, an image to be pulled, stays off.
 */
export async function loadTestcontainers(): Promise<typeof import('testcontainers')> {
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  return importWithListeners(() => import('testcontainers'));
}

/**
 * Connects to the container engine.
 * @throws ConfigurationError when none answers
 */
export async function connectEngine(): Promise<Engine> {
  const { getContainerRuntimeClient } = await loadTestcontainers();
  let engine: Engine;
  try {
    engine = await getContainerRuntimeClient();
  } catch {
    // The library says the same of every cause.
    throw new ConfigurationError(NO_ENGINE);
  }
  // Where the engine that was asked for does not answer, the library takes a local one.
  const socket: unknown = Reflect.get(engine.container.dockerode.modem, 'socketPath');
  const wanted = process.env.DOCKER_HOST;
  if (wanted && typeof socket === 'string' && !wanted.endsWith(socket)) {
    throw new ConfigurationError(
      `No container engine answers at ${visible(wanted)}, which DOCKER_HOST names.`,
    );
  }
  return engine;
}

/** Whether a container engine answers: its version, or a sentence that says why not. */
export async function engineStatus(): Promise<
  { readonly available: true; readonly version: string } | { readonly available: false; readonly why: string }
> {
  try {
    return { available: true, version: versionOf(await connectEngine()) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { available: false, why: error.message };
  }
}

/** Version of the engine, such as `20.10.24`. */
export function versionOf(engine: Engine): string {
  return String(engine.info.containerRuntime.serverVersion);
}
