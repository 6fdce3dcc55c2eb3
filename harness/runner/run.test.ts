import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { parseRecord } from '../../reports/model/schema.ts';

const AUDIT = fileURLToPath(new URL('testing/audit.ts', import.meta.url));
const DEFINE = new URL('../check/define.ts', import.meta.url).href;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-run-'));
  await mkdir(join(folder, 'suites', 'smtp-core'), { recursive: true });
  await mkdir(join(folder, 'suites', 'catalog', 'profiles'), { recursive: true });
  await writeFile(join(folder, 'targets.yaml'), 'version: 1\ntargets:\n  good:\n    driver: reference\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Bodies of checks, as source; each check is called by the name of its body. */
const HOLDS = `const client = await smtp({ at: 'ready' });
  verify.reply(await client.command('NOOP'), 'NOOP is answered').code(250);`;

async function writeSuite(bodies: readonly string[], head = ''): Promise<void> {
  const ids = bodies.map((_, index) => `SMTP-00${index + 1}`);
  const checks = bodies.map(
    (
      body,
      index,
    ) => `export const check${index} = check({ id: '${ids[index]}', slug: 'check-${index}', title: 'check ${index}',
      sends: 's', demands: 'd', level: 'MUST', severity: 'low', clauses: ['rfc5321#4'], roles: ['mx'], needs: [],
      effect: 'reads', safety: 'safe', budget: '60s', kills: ['mx-omits-starttls'] },
      async ({ smtp, verify, account, pause, connect, inMailbox, offer }) => {
        ${body}
      });\n`,
  );
  await writeFile(
    join(folder, 'suites', 'smtp-core', 'made.check.ts'),
    `${head}\nimport { check } from '${DEFINE}';\n${checks.join('')}`,
  );
  await writeFile(
    join(folder, 'suites', 'catalog', 'profiles', 'test.yaml'),
    `id: test\nversion: "1"\ntitle: Test\ndescription: Test\nverification: verified\ngates: { ${ids.map((id) => `${id}: fail`).join(', ')} }\n`,
  );
}

function start(): ChildProcess {
  return spawn(process.execPath, [AUDIT, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdout?.resume();
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, stderr };
}

async function record(): Promise<RunRecord> {
  return parseRecord(await readFile(join(folder, 'out', 'results.json'), 'utf8'));
}

/** Runs the suites to their end: exit code, record, verdict and cause of each check. */
async function audit() {
  const { code, stderr } = await ended(start());
  const run = await record().catch((thrown) => {
    throw new Error(`There is no record. ${stderr}`, { cause: thrown });
  });
  const results = run.targets.flatMap((target) => target.results);
  return {
    code,
    run,
    results,
    verdicts: results.map(({ verdict, cause }) => (cause === null ? verdict : `${verdict} ${cause}`)),
  };
}

describe('a run', () => {
  test('of checks that hold is conformant', async () => {
    await writeSuite([HOLDS, HOLDS]);
    const { code, verdicts, run } = await audit();
    expect(verdicts).toEqual(['pass', 'pass']);
    expect(run).toMatchObject({ conclusion: 'conformant', interrupted: null, exitCode: 0 });
    expect(code).toBe(0);
    const { capabilities = [], certificates = [] } = run.targets[0] ?? {};
    expect(capabilities.map(({ role }) => role)).toContain('mx');
    // Every certificate that a port sent is told, each once, and no other.
    const sent = new Set(capabilities.flatMap(({ chain = [] }) => chain));
    expect(sent.size).toBeGreaterThan(0);
    expect(certificates.map(({ fingerprint }) => fingerprint).sort()).toEqual([...sent].sort());
  });

  test('asks again for mail that came late, however long that takes', async () => {
    await writeSuite([
      `globalThis.calls = (globalThis.calls ?? 0) + 1;
       if (globalThis.calls > 1) { await pause(11_000); verify.met('it came', 'late'); return; }
       const sent = Buffer.from('From: <a@example.org>\\r\\nSubject: late-one\\r\\n\\r\\nlate-one\\r\\n');
       const found = await inMailbox({ token: 'late-one', sent });
       verify.absent(found, 'nothing comes', { what: 'a message', as: String });
       await offer({ sender: '', content: sent });`,
    ]);
    const { code, results, run } = await audit();
    expect(run).toMatchObject({ conclusion: 'conformant', interrupted: null });
    expect(results[0]?.reason).toContain('It came: late. Asked again, since mail came that was given up');
    expect(code).toBe(0);
  });

  test('with a finding ends with 1, whatever else went wrong', async () => {
    await writeSuite([HOLDS, `verify.that(false, { demand: 'd', expected: 'a', actual: 'b' });`, '']);
    const { code, verdicts } = await audit();
    expect(verdicts).toEqual(['pass', 'fail', 'error vacuous']);
    expect(code).toBe(1);
  });

  /** Cannot tell the first time, because the loop of its process stood still; `then` is what it does from then on. */
  const undecidedOnce = (then: string) => `
    globalThis.calls ??= {};
    globalThis.calls.count = (globalThis.calls.count ?? 0) + 1;
    if (globalThis.calls.count > 1) { ${then}; return; }
    const client = await smtp();
    await pause(50);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    await client.reply('a reply that never comes', 50);`;

  test('asks once more what it could not tell for delays of its own, and the second answer counts', async () => {
    await writeSuite([undecidedOnce(`{ ${HOLDS} }`)]);
    const { code, verdicts, results } = await audit();
    expect(verdicts).toEqual(['pass']);
    expect(results[0]).toMatchObject({ attempt: 2 });
    expect(results[0]?.reason).toContain('asked once more, alone');
    expect(code).toBe(0);
  });

  test.each([
    [`verify.that(false, { demand: 'd', expected: 'a', actual: 'b' })`, 'fail', 1],
    ['await (await smtp()).reply("never", 50)', 'inconclusive timeout', 2],
  ])('whose second answer is no pass agrees with the test runner: %s', async (then, verdict, exit) => {
    await writeSuite([undecidedOnce(then), HOLDS]);
    const { code, verdicts, results } = await audit();
    expect(verdicts).toEqual([verdict, 'pass']);
    expect(results.map(({ attempt }) => attempt)).toEqual([2, 1]);
    expect(code).toBe(exit);
  });

  test('in which a body throws, or wants to end the process, goes on and is undetermined', async () => {
    await writeSuite([
      HOLDS,
      `throw new TypeError('a defect');`,
      'process.exit(0);',
      `${HOLDS} process.exitCode = 0; process.exit();`,
      HOLDS,
    ]);
    const { code, verdicts } = await audit();
    expect(verdicts).toEqual(['pass', 'error harness', 'error harness', 'error harness', 'pass']);
    expect(code).toBe(2);
  });

  test('in which something is thrown outside of every promise is undetermined, and says what', async () => {
    await writeSuite([
      `setTimeout(() => { throw new Error('nobody caught ' + account().password); }, 1); await pause(100); ${HOLDS}`,
      HOLDS,
    ]);
    const { code, verdicts, run } = await audit();
    expect(verdicts).toEqual(['pass', 'pass']);
    expect(run.conclusion).toBe('undetermined');
    expect(run.interrupted).toMatch(/^the scheduler reported nobody caught \[secret \d+ octets #/);
    expect(code).toBe(2);
  });

  test('in which a promise is left alone and rejects is undetermined', async () => {
    await writeSuite([`void Promise.reject(new Error('left alone')); await pause(20); ${HOLDS}`]);
    const { code, run } = await audit();
    expect(run.interrupted).toContain('left alone');
    expect(code).toBe(2);
  });

  test('in which a body leaves a socket error without a listener is undetermined', async () => {
    await writeSuite(
      [
        `const closed = await new Promise((resolve) => {
           const server = createServer().listen(0, '127.0.0.1', () => {
             const { port } = server.address();
             server.close(() => resolve(port));
           });
         });
         createConnection(closed, '127.0.0.1');
         await pause(100); ${HOLDS}`,
        HOLDS,
      ],
      `import { createConnection, createServer } from 'node:net';`,
    );
    const { code, verdicts, run } = await audit();
    expect(verdicts).toEqual(['pass', 'pass']);
    expect(run.interrupted).toContain('ECONNREFUSED');
    expect(code).toBe(2);
  });

  test('whose worker cannot import a check file runs nothing, and says so of every check', async () => {
    await writeSuite(
      [HOLDS, HOLDS],
      `import { isMainThread } from 'node:worker_threads';\nif (!isMainThread) throw new Error('not in a worker');`,
    );
    const { code, verdicts, run } = await audit();
    expect(verdicts).toEqual(['not-run harness', 'not-run harness']);
    expect(run.interrupted).toContain('not in a worker');
    expect(code).toBe(2);
  });

  test('whose check file throws when it is imported does not begin', async () => {
    await writeSuite([HOLDS], `throw new Error('broken on purpose');`);
    const { code } = await ended(start());
    expect(code).toBe(5);
    expect(await readFile(join(folder, 'thrown.txt'), 'utf8')).toContain('broken on purpose');
    expect(await readdir(folder)).not.toContain('out');
  });

  test('that loses its worker keeps what was learned, and lacks the rest', async () => {
    await writeSuite(
      [HOLDS, `await pause(1_000); process.reallyExit(0);`, `await pause(30_000); ${HOLDS}`],
      '',
    );
    const { code, verdicts } = await audit();
    expect(verdicts).toEqual(['pass', 'not-run harness', 'not-run harness']);
    expect(code).toBe(2);
  });

  test('that is ended by SIGINT ends its checks too, writes its reports and is undetermined', async () => {
    await writeSuite([
      HOLDS,
      `const client = await smtp(); await client.reply('nothing', 50_000);`,
      `await pause(50_000); ${HOLDS}`,
    ]);
    const child = start();
    let told = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      if (told === 'SMTP-001 pass\n') child.kill('SIGINT');
    });
    const { code } = await ended(child);
    expect(told.trim().split('\n').sort()).toEqual([
      'SMTP-001 pass',
      'SMTP-002 inconclusive',
      'SMTP-003 inconclusive',
    ]);
    const run = await record();
    expect(code).toBe(2);
    expect(run.interrupted).not.toBeNull();
    expect(run.targets[0]?.results.map(({ verdict, cause }) => `${verdict} ${cause}`)).toEqual([
      'pass null',
      'inconclusive harness',
      'inconclusive harness',
    ]);
  });
});
