import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectEngine, type Docker } from '../containers/engine.ts';
import { RUN_LABEL } from '../containers/labels.ts';
import { cleanLeftovers } from './clean.ts';
import { engineForTests } from './testing/engine.ts';
import { createTargetsFolder, GREETER, type TargetsFolder } from './testing/targets-file.ts';

const HOLD_TARGET = fileURLToPath(new URL('./testing/hold-target.ts', import.meta.url));
const hasEngine = await engineForTests('the removal of containers however the process ends');

let folder: TargetsFolder;
let targetsFile: string;
beforeAll(async () => {
  folder = await createTargetsFolder();
  targetsFile = await folder.write(
    'targets.yaml',
    `version: 1
targets:
  greeter:
    driver: container
    lab: false
    build: { context: "${GREETER}" }
    mail-domain: example.test
    host-name: mail.example.test
    roles: { mx: 25 }
    env: { GREETINGS: "25=220 mail.example.test" }
  silent:
    driver: container
    lab: false
    build: { context: "${GREETER}" }
    mail-domain: example.test
    host-name: mail.example.test
    roles: { mx: 25 }
    env: { GREETINGS: "25=220 mail.example.test", MUTE: "1" }
`,
  );
});
afterAll(() => folder.remove());

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that starts a target and ends as told, without stopping it. */
function holdTarget(runId: string, target: string, end: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, [HOLD_TARGET, targetsFile, target, runId, end], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  return child;
}

async function said(child: ChildProcess, word: string): Promise<void> {
  if (!child.stdout) throw new Error('The child has no standard output.');
  for await (const line of createInterface({ input: child.stdout })) if (line === word) return;
  throw new Error(`The child ended without saying ${word}.`);
}

describe.skipIf(!hasEngine)('a container is removed', () => {
  let docker: Docker;
  beforeAll(async () => {
    docker = (await connectEngine()).container.dockerode;
  });
  const running = (runId: string) =>
    docker.listContainers({ all: true, filters: { label: [`${RUN_LABEL}=${runId}`] } });
  const newRun = () => `test-${randomBytes(6).toString('hex')}`;

  it.each([
    ['by an exception that nobody caught', 'throw', 1],
    ['by a rejection that nobody handled', 'reject', 1],
    ['by process.exit', 'exit', 5],
  ])('when the process ends %s', async (_, end, code) => {
    const runId = newRun();
    const child = holdTarget(runId, 'greeter', end);
    const errors = child.stderr ? text(child.stderr) : Promise.resolve('');
    await said(child, 'ready');
    const [status] = await once(child, 'exit');
    expect(await errors).toContain(end === 'exit' ? '' : 'Error: a ');
    expect(status).toBe(code);
    expect(await running(runId)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'when %s ends the process, which dies of it',
    async (signal) => {
      const runId = newRun();
      const child = holdTarget(runId, 'greeter', 'wait');
      await said(child, 'ready');
      expect(await running(runId)).toHaveLength(1);
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([null, signal]);
      expect(await running(runId)).toEqual([]);
    },
  );

  it('when a signal comes while it still starts', async () => {
    const runId = newRun();
    const child = holdTarget(runId, 'silent', 'wait');
    await vi.waitUntil(async () => (await running(runId)).length > 0, { timeout: 50_000 });
    child.kill('SIGINT');
    await once(child, 'exit');
    expect(await running(runId)).toEqual([]);
  });

  it('by mailspec clean, when the process was killed and could do nothing', async () => {
    const runId = newRun();
    const child = holdTarget(runId, 'greeter', 'wait');
    await said(child, 'ready');
    const [container] = await running(runId);
    await cleanLeftovers({ all: false });
    expect(await running(runId)).toHaveLength(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const removed = await cleanLeftovers({ all: false });
    expect(removed.containers).toContain(container?.Names[0]?.slice(1));
    expect(await running(runId)).toEqual([]);
  });
});

it.each([
  ['tcp://127.0.0.1:1', 'No container engine answers; looked at DOCKER_HOST'],
  ['unix:///nowhere.sock', 'No container engine answers at unix:///nowhere.sock, which DOCKER_HOST names.'],
])('an engine that is not there is told at the target that needs it: %s', async (engine, sentence) => {
  const child = holdTarget('none', 'greeter', 'wait', { DOCKER_HOST: engine });
  const errors = child.stderr ? text(child.stderr) : Promise.resolve('');
  await once(child, 'exit');
  expect(await errors).toContain(`targets.yaml:4:13: Target greeter is a container. ${sentence}`);
});
