import type { Engine } from '../../containers/engine.ts';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import { isCertificate } from '../trust-anchor.ts';

/** A running container. */
export interface Inside {
  readonly engine: Engine;
  readonly id: string;
}

/**
 * Reads a certificate in a container.
 * @param place of the path in the targets file
 * @throws ConfigurationError when it is not there, or no certificate
 */
export async function anchorInside(container: Inside, path: string, place: string): Promise<string> {
  const content = await readInside(container, path, 'The trust anchor', place);
  if (!isCertificate(content)) {
    throw new ConfigurationError(
      `${place}: The trust anchor ${visible(path)} in the container is no certificate in PEM form.`,
    );
  }
  return content;
}

/**
 * Reads a file in a container, by its own `cat`, which follows links.
 * @param what it is, at the beginning of a sentence
 * @throws ConfigurationError when it cannot be read
 */
export async function readInside(
  { engine, id }: Inside,
  path: string,
  what: string,
  place: string,
): Promise<string> {
  const container = engine.container.getById(id);
  const { stdout, stderr, exitCode } = await engine.container.exec(container, ['cat', path]);
  if (exitCode === 0) return stdout;
  throw new ConfigurationError(
    `${place}: ${what} ${visible(path)} cannot be read in the container: ${visible(stderr.trim())}`,
  );
}
