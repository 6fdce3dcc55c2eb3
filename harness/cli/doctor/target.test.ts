import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectEngine } from '../../containers/engine.ts';
import { RUN_LABEL } from '../../containers/labels.ts';
import { engineForTests } from '../../targets/testing/engine.ts';
import { createTargetsFolder, GREETER, type TargetsFolder } from '../../targets/testing/targets-file.ts';
import type { Diagnosis } from './diagnosis.ts';
import { examineTarget } from './target.ts';

const hasEngine = await engineForTests('the look at a container of mailspec doctor');
const { signal } = new AbortController();
const runId = `test-${randomBytes(6).toString('hex')}`;

describe.skipIf(!hasEngine)('a look at a target in a container', () => {
  let folder: TargetsFolder;
  beforeAll(async () => {
    folder = await createTargetsFolder();
  });
  afterAll(() => folder.remove());

  async function examine(env: string): Promise<readonly Diagnosis[]> {
    const declaration = await folder.declare(
      `version: 1
targets:
  greeter:
    driver: container
    build: { context: "${GREETER}" }
    mail-domain: example.test
    host-name: mail.example.test
    roles: { mx: 25 }
    env: ${env}
    lab: false
    timing: { reply: 2s, slack: 2s }
`,
    );
    const told: Diagnosis[] = [];
    await examineTarget(declaration, { runId, signal, tell: (one) => void told.push(one) });
    const docker = (await connectEngine()).container.dockerode;
    expect(await docker.listContainers({ all: true, filters: { label: [`${RUN_LABEL}=${runId}`] } })).toEqual(
      [],
    );
    return told;
  }

  it('says what comes up and only greets, and what was not tried; nothing is left of it', async () => {
    const told = await examine('{ GREETINGS: "25=220 mail.example.test" }');
    expect(told.map(({ state, what }) => `${state}: ${what}`)).toEqual([
      'ok: start',
      'no: mx',
      'not tried: accounts and mail',
    ]);
    expect(told[1]).toMatchObject({
      line: expect.stringContaining('the reply to EHLO'),
      todo: expect.stringMatching(/^correct the role at .*targets\.yaml:8:18, /),
    });
  });

  it('says in one line why it does not come up', async () => {
    const [start, ...more] = await examine('{ LAST_WORDS: "no \\e[31mconfiguration" }');
    expect(start).toMatchObject({
      state: 'no',
      what: 'start',
      line: 'The container of target greeter ended with status 7. / The last lines of its log: / no \\x1b[31mconfiguration',
    });
    expect(more).toEqual([]);
  });
});
