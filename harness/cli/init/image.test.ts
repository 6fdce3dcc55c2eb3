import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectEngine, type Docker } from '../../containers/engine.ts';
import { IMAGE_LABEL, RUN_LABEL } from '../../containers/labels.ts';
import { loadTargets } from '../../targets/load.ts';
import { engineForTests } from '../../targets/testing/engine.ts';
import { GREETER } from '../../targets/testing/targets-file.ts';
import { filledIn } from '../testing/filled-in.ts';
import { lookAtImage } from './image.ts';
import { draftOfImage } from './image-draft.ts';
import { writtenTargets } from './written.ts';

const hasEngine = await engineForTests('the look at an image of mailspec init');
const { signal } = new AbortController();
const nonce = randomBytes(6).toString('hex');
const times = { withinMs: 30_000, settleMs: 2_000, eachMs: 3_000 };

describe.skipIf(!hasEngine)('a look at an image', () => {
  let docker: Docker;
  let folder = '';
  const made: string[] = [];
  beforeAll(async () => {
    docker = (await connectEngine()).container.dockerode;
    folder = await mkdtemp(join(tmpdir(), 'mailspec-init-'));
    await copyFile(join(GREETER, 'greet.pl'), join(folder, 'greet.pl'));
  });
  afterAll(async () => {
    for (const name of made) await docker.getImage(name).remove({ force: true });
    await rm(folder, { recursive: true, force: true });
  });

  /** An image that greets, or ends, by what its environment says. */
  async function imageWith(...instructions: readonly string[]): Promise<string> {
    const name = `mailspec-init-test/${nonce}-${made.length}:latest`;
    const lines = ['FROM debian:bookworm-slim', 'COPY greet.pl /greet.pl', ...instructions];
    await writeFile(
      join(folder, 'Dockerfile'),
      [...lines, 'ENTRYPOINT ["perl", "/greet.pl"]', ''].join('\n'),
    );
    const built = await docker.buildImage(
      { context: folder, src: ['Dockerfile', 'greet.pl'] },
      { t: name, labels: { [IMAGE_LABEL]: '1' }, forcerm: true },
    );
    for await (const _ of built) void _;
    made.push(name);
    return name;
  }

  async function lookAtIt(image: string, runId: string, env: Readonly<Record<string, string>> = {}) {
    const seen = await lookAtImage(image, { runId, target: 'init', signal, env, times });
    const label = [`${RUN_LABEL}=${runId}`];
    expect(await docker.listContainers({ all: true, filters: { label } })).toEqual([]);
    expect(await docker.listNetworks({ filters: { label } })).toEqual([]);
    return seen;
  }

  it('declares what greets, at the ports of roles and at others that the image exposes', async () => {
    const image = await imageWith(
      'ENV GREETINGS="25=220 mail.shop.example ESMTP;143=* OK ready;2110=+OK ready;8080=HTTP"',
      'EXPOSE 25 143 2110 8080 53/udp',
    );
    const seen = await lookAtIt(image, `test-${nonce}-greets`);
    expect(seen).toMatchObject({ exposed: [25, 143, 2110, 8080], ending: null });
    expect(seen.looks.filter(({ greeting }) => greeting).map(({ port }) => port)).toEqual([25, 143, 2110]);
    const yaml = writtenTargets(draftOfImage(image, seen), folder);
    await writeFile(join(folder, 'targets.yaml'), filledIn(yaml));
    expect(await loadTargets(join(folder, 'targets.yaml'))).toMatchObject([
      {
        driver: 'container',
        domain: 'shop.example',
        hostname: 'mail.shop.example',
        settings: {
          image,
          roles: { mx: 25, pop3: 2110, imap: 143 },
          accounts: [{ address: 'audit@shop.example', password: 'generate', disposable: true }],
        },
      },
    ]);
  });

  it('tells how a container ended that did not come up', async () => {
    const image = await imageWith('ENV LAST_WORDS="no \u001b[31mconfiguration"', 'EXPOSE 25 587');
    const seen = await lookAtIt(image, `test-${nonce}-ends`);
    expect(seen.ending).toBe(
      'The container ended with status 7.\nThe last lines of its log:\n  no \\x1b[31mconfiguration',
    );
    expect(seen).toMatchObject({ exposed: [25, 587] });
  });

  it('that is ended has seen nothing, and leaves nothing', async () => {
    const image = await imageWith('ENV GREETINGS="2525=220 mail.shop.example"');
    const runId = `test-${nonce}-ended`;
    const stop = new AbortController();
    const looking = lookAtImage(image, { runId, target: 'init', signal: stop.signal, times }).catch(
      (failure: unknown) => failure,
    );
    const label = [`${RUN_LABEL}=${runId}`];
    await vi.waitUntil(async () => (await docker.listContainers({ filters: { label } })).length > 0, {
      timeout: 50_000,
    });
    stop.abort();
    expect(await looking).toMatchObject({ name: 'StartFailed' });
    expect(await docker.listContainers({ all: true, filters: { label } })).toEqual([]);
    expect(await docker.listNetworks({ filters: { label } })).toEqual([]);
  });

  it('hands variables over, whose values stand nowhere', async () => {
    const image = await imageWith('EXPOSE 25');
    const env = { GREETINGS: '25=220 mail.shop.example ESMTP' };
    const seen = await lookAtIt(image, `test-${nonce}-env`, env);
    const draft = draftOfImage(image, seen, Object.keys(env));
    expect(draft.roles).toEqual([expect.objectContaining({ role: 'mx', port: 25 })]);
    expect(draft.remarks.join(' ')).toContain('given GREETINGS:');
    expect(draft.remarks.join(' ')).not.toContain('220 mail');
  });

  it('refuses an image that there is not', async () => {
    await expect(
      lookAtImage('127.0.0.1:1/no-such-image:1', { runId: `test-${nonce}-none`, target: 'init', signal }),
    ).rejects.toThrow(
      '--image 127.0.0.1:1/no-such-image:1: The image does not exist on the container engine and could not be pulled.',
    );
  });
});
