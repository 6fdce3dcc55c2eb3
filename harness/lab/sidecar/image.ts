import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stageContext } from 'net-mocks/container';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../targets/configuration-error.ts';
import type { Docker } from '../../targets/engine.ts';
import { IMAGE_LABEL } from '../../targets/labels.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const NAME = 'mailspec/lab';

let provided: Promise<string> | undefined;

/**
 * The image of the sidecar, by name. Built where it is not there yet; its tag is a digest of its content,
 * so that a change of the sources is never missed and nothing is built twice.
 * @throws ConfigurationError when it cannot be built
 */
export function provideLabImage(docker: Docker): Promise<string> {
  provided ??= buildUnlessThere(docker).catch((failure: unknown) => {
    provided = undefined;
    throw failure;
  });
  return provided;
}

async function buildUnlessThere(docker: Docker): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-lab-'));
  try {
    await stageContext(folder);
    // It leaves the Dockerfile out, which the engine needs.
    await rm(join(folder, '.dockerignore'));
    for (const file of ['Dockerfile', 'take-addresses.pl']) await cp(join(HERE, file), join(folder, file));
    const files = await filesIn(folder);
    const name = `${NAME}:${await digestOf(folder, files)}`;
    const { length } = await docker.listImages({ filters: { reference: [name] } });
    if (length === 0) await build(docker, folder, files, name);
    return name;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

async function digestOf(folder: string, files: readonly string[]): Promise<string> {
  const contents = await Promise.all(files.map((file) => readFile(join(folder, file))));
  const hash = createHash('sha256');
  for (const [index, content] of contents.entries()) {
    hash.update(`${files[index]} ${content.length} `).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

async function build(docker: Docker, folder: string, files: string[], name: string): Promise<void> {
  let failure: string | undefined;
  try {
    const stream = await docker.buildImage(
      { context: folder, src: files },
      { t: name, labels: { [IMAGE_LABEL]: '1' } },
    );
    for await (const line of createInterface({ input: stream })) {
      failure ??= (JSON.parse(line) as { error?: string }).error;
    }
  } catch (problem) {
    failure ??= problem instanceof Error ? problem.message : String(problem);
  }
  if (failure === undefined) return;
  throw new ConfigurationError(
    `The image of the lab could not be built: ${visible(failure.trim())}`,
    '  It is made from node:24-bookworm-slim; harness/images/prepare-machine.sh provides that without a registry.',
    '  A target with "lab: false" is audited without a lab.',
  );
}
