import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectEngine, type Docker } from '../../containers/engine.ts';
import { IMAGE_LABEL, OWNER_LABEL, ownerState, RUN_LABEL, TARGET_LABEL } from '../../containers/labels.ts';
import { createServerCertificate } from '../../reference/certificates.ts';
import { engineForTests } from '../testing/engine.ts';
import { createTargetsFolder, GREETER, type TargetsFolder } from '../testing/targets-file.ts';
import { startTarget } from './start.ts';
import { endsAtOnce } from './without-lab.ts';

const hasEngine = await engineForTests('the container driver');
const runId = `test-${randomBytes(6).toString('hex')}`;
const { signal } = new AbortController();

let folder: TargetsFolder;
beforeAll(async () => {
  folder = await createTargetsFolder();
});
afterAll(() => folder.remove());

/** A container target with these settings beside the common ones. */
const declare = (...lines: readonly string[]) =>
  folder.declare(
    [
      'version: 1',
      'targets:',
      '  greeter:',
      '    driver: container',
      '    mail-domain: example.test',
      '    host-name: mail.example.test',
      ...lines.map((line) => `    ${line}`),
      // Last, because tests tell lines by their numbers; labs have tests of their own.
      '    lab: false',
      '',
    ].join('\n'),
  );
const BUILD = `build: { context: "${GREETER}" }`;
const GREETINGS = 'GREETINGS: "25=220 mail.example.test;110=+OK hello"';

async function containersOf(docker: Docker, id: string): Promise<string[]> {
  const found = await docker.listContainers({ all: true, filters: { label: [`${RUN_LABEL}=${id}`] } });
  return found.map(({ Id }) => Id);
}

describe.skipIf(!hasEngine)('the container driver', () => {
  let docker: Docker;
  beforeAll(async () => {
    docker = (await connectEngine()).container.dockerode;
  });

  it('builds, starts, waits for greetings, hands files and passwords over, and removes everything', async () => {
    const { trustAnchor: anchor } = await createServerCertificate('mail.example.test');
    await folder.write('anchor.pem', anchor);
    const declaration = await declare(
      `build: { context: "${GREETER}", args: { NOTE: built } }`,
      'roles: { mx: 25, pop3: 110 }',
      'accounts: [{ address: alice@example.test, password: generate, disposable: true }]',
      `env: { ${GREETINGS}, TOKEN: "account:alice@example.test" }`,
      'files: [{ from: anchor.pem, to: /srv/anchor.pem }, { from: ., to: /srv/all }]',
      'trust-anchor: { container-path: /srv/all/anchor.pem }',
      'limits: { memory: 64M, cpus: 0.5 }',
      'hostname: mail.example.test',
    );
    const running = await startTarget(declaration, { runId, signal });
    const [id = ''] = await containersOf(docker, runId);
    const facts = await docker.getContainer(id).inspect();
    try {
      const { target, artefact } = running;
      expect(artefact).toMatchObject({
        image: 'mailspec-target/greeter:latest',
        'image-id': facts.Image,
        container: id,
        'build-context': GREETER,
        'build-arg.NOTE': 'built',
      });
      expect(Object.keys(target.endpoints)).toEqual(['mx', 'pop3']);
      expect(target.trustAnchor).toBe(anchor);
      expect(structuredClone(target)).toEqual(target);

      const bindings = Object.values(facts.NetworkSettings.Ports).flat();
      expect(bindings).toHaveLength(2);
      expect(bindings.every((binding) => binding?.HostIp === '127.0.0.1')).toBe(true);
      expect(bindings.map((binding) => Number(binding?.HostPort)).sort()).toEqual(
        Object.values(target.endpoints)
          .map(({ port }) => port)
          .sort(),
      );

      expect(facts.Config.Labels).toMatchObject({ [RUN_LABEL]: runId, [TARGET_LABEL]: 'greeter' });
      expect(ownerState(facts.Config.Labels[OWNER_LABEL])).toBe('running');
      expect(facts.HostConfig).toMatchObject({ Memory: 64 * 1024 ** 2, NanoCpus: 5e8 });
      expect(facts.Config.Hostname).toBe('mail.example.test');
      expect(facts.Config.Env).toContain(`TOKEN=${target.accounts[0]?.password}`);
      const image = await docker.getImage(facts.Image).inspect();
      expect(image.Config.Labels).toMatchObject({ [IMAGE_LABEL]: '1' });
      await docker.getContainer(id).infoArchive({ path: '/srv/anchor.pem' });

      expect(await running.ending?.()).toBeNull();
      await docker.getContainer(id).kill();
      expect(await running.ending?.()).toMatch(/^The container ended with status \d+\. The end of its log: /);
    } finally {
      await running.stop();
    }
    await running.stop();
    expect(await containersOf(docker, runId)).toEqual([]);
  });

  it('keeps one target of a run when another one stops', async () => {
    const id = `${runId}-two`;
    const lines = [BUILD, 'roles: { mx: 25 }', `env: { ${GREETINGS} }`];
    const declaration = await declare(...lines);
    const [one, other] = await Promise.all([
      startTarget(declaration, { runId: id, signal }),
      startTarget({ ...declaration, name: 'other' }, { runId: id, signal }),
    ]);
    await one.stop();
    const left = await containersOf(docker, id);
    await other.stop();
    expect(left).toEqual([other.artefact.container]);
    expect(await containersOf(docker, id)).toEqual([]);
  });

  it('shows the end of the log, without secrets, when a role does not greet', async () => {
    vi.stubEnv('MAILSPEC_TEST_TOKEN', 'correct horse');
    const declaration = await declare(
      BUILD,
      'roles: { mx: 25, pop3: 110 }',
      'env: { GREETINGS: "25=220 mail;110=-ERR busy", TOKEN: "env:MAILSPEC_TEST_TOKEN" }',
      'start-timeout: 2s',
    );
    const failure = await startTarget(declaration, { runId, signal }).catch((error: unknown) => error);
    vi.unstubAllEnvs();
    expect(failure).toMatchObject({
      name: 'StartFailed',
      message: expect.stringMatching(
        /^Target greeter did not greet on every role within 2 s \("start-timeout" gives it longer\)\. pop3: The greeting was "-ERR busy"\.\nThe last lines of its log:\n {2}secret in the log: \[secret 13 octets #[0-9a-f]{8}\]$/,
      ),
    });
    expect(await containersOf(docker, runId)).toEqual([]);
  });

  it('says at once how a container ended before it greeted, its last words made visible', async () => {
    const declaration = await declare(
      BUILD,
      'roles: { mx: 25 }',
      'env: { LAST_WORDS: "no \\e[31mconfiguration" }',
    );
    await expect(startTarget(declaration, { runId, signal })).rejects.toThrow(
      [
        'The container of target greeter ended with status 7.',
        'The last lines of its log:',
        '  no \\x1b[31mconfiguration',
      ].join('\n'),
    );
    expect(await containersOf(docker, runId)).toEqual([]);
  });

  it('says of an image whose lab does not come up that it ends at once', async () => {
    const declaration = await declare(BUILD, 'roles: { mx: 25 }', `env: { ${GREETINGS} }`);
    const { artefact, stop } = await startTarget(declaration, { runId, signal });
    await stop();
    const plan = {
      imageId: artefact['image-id'] ?? '',
      labels: { [RUN_LABEL]: runId },
      hostname: undefined,
      ports: [25],
      files: [],
      memory: undefined,
      cpus: undefined,
    };
    const ends = await endsAtOnce(docker, { ...plan, env: { LAST_WORDS: 'no configuration' } }, []);
    expect(ends).toBe(
      'The container does not stay up either: it ended with status 7.\nThe last lines of its log:\n  no configuration',
    );
    expect(
      await endsAtOnce(docker, { ...plan, env: { GREETINGS: '25=220 mail.example.test' } }, []),
    ).toBeNull();
    await Promise.all(
      (await containersOf(docker, runId)).map((id) => docker.getContainer(id).remove({ force: true })),
    );
  });

  it('ends a start that is asked to end, and removes what was made', async () => {
    const stop = new AbortController();
    const declaration = await declare(BUILD, 'roles: { mx: 25 }', `env: { ${GREETINGS}, MUTE: "1" }`);
    const starting = startTarget(declaration, { runId, signal: stop.signal }).catch(
      (error: unknown) => error,
    );
    await vi.waitUntil(async () => (await containersOf(docker, runId)).length > 0, { timeout: 50_000 });
    stop.abort();
    expect(await starting).toMatchObject({ name: 'StartFailed' });
    expect(await containersOf(docker, runId)).toEqual([]);
  });

  describe('refuses', () => {
    const messageOf = async (...lines: readonly string[]) => {
      const declaration = await declare(...lines);
      const failure = await startTarget(declaration, { runId, signal }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'ConfigurationError' });
      return failure instanceof Error ? failure.message.replaceAll(declaration.origin.file, 'T') : '';
    };

    it('an image that does not exist', async () => {
      expect(await messageOf('image: 127.0.0.1:1/no-such-image:1', 'roles: { mx: 25 }')).toBe(
        'T:7:12: The image "127.0.0.1:1/no-such-image:1" does not exist on the container engine and could not be pulled.',
      );
    });

    it('a name that no image can have', async () => {
      expect(await messageOf('image: "UPPER:case:name"', 'roles: { mx: 25 }')).toBe(
        'T:7:12: The image "UPPER:case:name" does not exist on the container engine and could not be pulled.',
      );
    });

    it('a folder to build from that is not there, or has no Dockerfile', async () => {
      expect(await messageOf('build: { context: nowhere }', 'roles: { mx: 25 }')).toBe(
        'T:7:23: The folder nowhere to build from cannot be used: There is no such file.',
      );
      expect(await messageOf('build: { context: . }', 'roles: { mx: 25 }')).toBe(
        'T:7:23: The folder . to build from holds no Dockerfile.',
      );
    });

    it('a build that fails, even if an earlier one under the same name did not', async () => {
      await folder.write('Dockerfile', `FROM debian:bookworm-slim\nRUN echo "${runId} fails"; exit 3\n`);
      const message = await messageOf('build: { context: . }', 'roles: { mx: 25 }');
      expect(message).toMatch(
        /^T:7:12: The image of target greeter could not be built from \.: The command .* returned a non-zero code: 3\n/,
      );
      expect(message).toContain(`\n  ${runId} fails`);
      const all = await docker.listContainers({ all: true });
      expect(all.filter(({ Command }) => Command.includes(runId))).toEqual([]);
    });

    it('files that are not there', async () => {
      expect(await messageOf(BUILD, 'roles: { mx: 25 }', 'files: [{ from: gone, to: /gone }]')).toBe(
        'T:9:21: gone cannot be copied into the container: There is no such file.',
      );
    });

    it('a trust anchor that is not in the container, or no certificate', async () => {
      const lines = [BUILD, 'roles: { mx: 25 }', `env: { ${GREETINGS} }`];
      expect(await messageOf(...lines, 'trust-anchor: { container-path: /gone.pem }')).toMatch(
        /^T:10:37: The trust anchor \/gone\.pem cannot be read in the container: .*No such file/,
      );
      expect(await messageOf(...lines, 'trust-anchor: { container-path: /note }')).toBe(
        'T:10:37: The trust anchor /note in the container is no certificate in PEM form.',
      );
      expect(await containersOf(docker, runId)).toEqual([]);
    });
  });
});
