import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { IMAGE_LABEL, RUN_LABEL } from '../containers/labels.ts';
import { changedSince, imagesAsked } from '../images/inputs.ts';
import { startReference } from '../reference/server.ts';
import { engineForTests } from '../targets/testing/engine.ts';
import { GREETER } from '../targets/testing/targets-file.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const TAG = 'mailspec/audit:test';
const run = promisify(execFile);

/** Building installs all packages anew, which takes minutes: it is due where this branch changed what the image is made by. */
const { which: WHICH, branch: BRANCH } = imagesAsked();
const MADE_BY = /^(?:Dockerfile|\.dockerignore|package(?:-lock)?\.json|harness\/package\/)/;
const isDue =
  WHICH === 'all' || (WHICH === 'changed' && (await changedSince(BRANCH)).some((path) => MADE_BY.test(path)));
const hasEngine = await engineForTests('the image of mailspec');

describe.skipIf(!hasEngine || !isDue)('the image of mailspec', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mailspec-image-'));
    await run('docker', ['build', '--quiet', '--tag', TAG, '--label', `${IMAGE_LABEL}=1`, PROJECT], {
      maxBuffer: 64 * 1_048_576,
    });
  }, 600_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Runs the image with a folder of its own mounted; the status of its end beside what it wrote. */
  async function mailspec(work: string, options: readonly string[], args: readonly string[]) {
    return run('docker', ['run', '--rm', '--volume', `${work}:/work`, ...options, TAG, ...args]).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (failure: { code: number; stdout: string; stderr: string }) => ({
        code: failure.code,
        stdout: failure.stdout + failure.stderr,
      }),
    );
  }
  const newFolder = async (targets?: string) => {
    const work = await mkdtemp(join(folder, 'work-'));
    if (targets !== undefined) await writeFile(join(work, 'targets.yaml'), targets);
    return work;
  };
  const recordIn = async (work: string): Promise<RunRecord> =>
    JSON.parse(await readFile(join(work, 'mailspec-report/results.json'), 'utf8'));

  test('audits as whoever it is run as, and the reports are theirs', async () => {
    const work = await newFolder();
    await run('chown', ['4321:4321', work]);
    const { code, stdout } = await mailspec(
      work,
      ['--user', '4321:4321'],
      ['audit', 'reference', '--only', 'STLS-011', 'MSG-004'],
    );
    expect(code, stdout).toBe(0);
    expect((await stat(join(work, 'mailspec-report/report.html'))).uid).toBe(4321);
    const [target] = (await recordIn(work)).targets;
    expect(target?.results.map(({ rerun }) => rerun)).toContain('mailspec audit reference --only STLS-011');
  });

  test('audits a host', async () => {
    const server = await startReference();
    try {
      const port = server.target.endpoints.mx?.port;
      const work = await newFolder(
        `version: 1\ntargets:\n  live:\n    driver: host\n    address: 127.0.0.1\n    mail-domain: example.test\n    host-name: mail.example.test\n    roles: { mx: ${port} }\n`,
      );
      const { stdout } = await mailspec(
        work,
        ['--network', 'host', '--user', 'root'],
        ['audit', 'live', '--only', 'STLS-001'],
      );
      expect(stdout).toContain('1 pass');
    } finally {
      await server.close();
    }
  });

  test('audits a container through the socket of the engine, and leaves none behind', async () => {
    const work = await newFolder(
      'version: 1\ntargets:\n  greeter:\n    driver: container\n    build: { context: greeter }\n    mail-domain: example.test\n    host-name: mail.example.test\n    roles: { mx: 25 }\n    env: { GREETINGS: "25=220 mail.example.test" }\n',
    );
    await cp(GREETER, join(work, 'greeter'), { recursive: true });
    const socket = [
      '--network',
      'host',
      '--user',
      'root',
      '--volume',
      '/var/run/docker.sock:/var/run/docker.sock',
      '--env',
      'TESTCONTAINERS_RYUK_DISABLED=true',
    ];
    const { stdout } = await mailspec(work, socket, ['audit', 'greeter', '--only', 'STLS-001']);
    const [target] = (await recordIn(work)).targets;
    expect(
      target?.results.map(({ verdict }) => verdict),
      stdout,
    ).not.toContain('not-run');
    expect(await readdir(join(work, 'mailspec-report'))).toContain('report.html');
    const { runId } = await recordIn(work);
    const left = await run('docker', ['ps', '--all', '--quiet', '--filter', `label=${RUN_LABEL}=${runId}`]);
    expect(left.stdout).toBe('');
  });
});
