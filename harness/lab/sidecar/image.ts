import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stageContext } from 'net-mocks/container';
import type { Docker } from '../../containers/engine.ts';
import { IMAGE_LABEL } from '../../containers/labels.ts';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import { filesIn } from '../../model/files-in.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const OWN_FILES = ['Dockerfile', 'take-addresses.pl'];
const NET_MOCKS = dirname(fileURLToPath(import.meta.resolve('net-mocks')));
const NAME = 'mailspec/lab:latest';
/** Label with a digest of what the image was made from. */
const CONTENT_LABEL = 'dev.mailspec.content';

let provided: Promise<string> | undefined;

/**
 * The id of the image of the sidecar. Built where it is not there yet; it is known by a digest of its
 * content, so that a change of the sources is never missed and nothing is built twice. An older one loses
 * its name to a newer one, by which "mailspec clean" knows it.
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
  const digest = await digestOfSources();
  const [present] = await docker.listImages({ filters: { label: [`${CONTENT_LABEL}=${digest}`] } });
  if (present) return present.Id;
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-lab-'));
  try {
    await stageContext(folder);
    // It leaves the Dockerfile out, which the engine needs.
    await rm(join(folder, '.dockerignore'));
    for (const file of OWN_FILES) await cp(join(HERE, file), join(folder, file));
    return await build(docker, folder, await filesIn(folder), digest);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Packages that the sources need are told by their versions, which package.json gives exactly. */
async function digestOfSources(): Promise<string> {
  const isSource = (file: string) =>
    !file.startsWith('node_modules') &&
    /(?:\.[jt]s|package\.json)$/.test(file) &&
    !/\.test(?:ing)?\.ts$|\.d\.ts$/.test(file);
  const sources = (await filesIn(NET_MOCKS))
    .filter(isSource)
    .map((file) => ({ file, path: join(NET_MOCKS, file) }));
  const own = OWN_FILES.map((file) => ({ file, path: join(HERE, file) }));
  const hash = createHash('sha256');
  for (const { file, path } of [...sources, ...own]) {
    const content = await readFile(path);
    hash.update(`${file} ${content.length} `).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

async function build(docker: Docker, folder: string, files: string[], digest: string): Promise<string> {
  let failure: string | undefined;
  let id: string | undefined;
  try {
    const stream = await docker.buildImage(
      { context: folder, src: files },
      { t: NAME, labels: { [IMAGE_LABEL]: '1', [CONTENT_LABEL]: digest } },
    );
    for await (const line of createInterface({ input: stream })) {
      const event = JSON.parse(line) as { error?: string; aux?: { ID?: string } };
      failure ??= event.error;
      id = event.aux?.ID ?? id;
    }
  } catch (problem) {
    failure ??= problem instanceof Error ? problem.message : String(problem);
  }
  if (failure === undefined && id !== undefined) return id;
  throw new ConfigurationError(
    `The image of the lab could not be built: ${visible((failure ?? 'the engine named no result').trim())}`,
    '  It is made from node:24-bookworm-slim; harness/images/prepare-machine.sh provides that without a registry.',
    '  A target with "lab: false" is audited without a lab.',
  );
}
