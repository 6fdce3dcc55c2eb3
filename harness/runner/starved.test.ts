import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseRecord } from '../../reports/model/schema.ts';

const CLI = fileURLToPath(new URL('../cli/mailspec.mjs', import.meta.url));
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

let folder = '';
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-starved-'));
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(end));
  await rm(folder, { recursive: true, force: true });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGCONT');
  child.kill('SIGKILL');
  await gone;
}

function start(file: string, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [file, ...args], { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

/** An audit of the reference in a process of its own. */
function audit(...only: readonly string[]) {
  const selected = only.flatMap((one) => ['--only', one]);
  const child = start(CLI, ['audit', 'reference', '--out', folder, ...selected]);
  const exit = once(child, 'exit');
  let told = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      told += chunk.toString();
    });
  }
  return {
    child,
    /** Waits until so many results were told. */
    async results(count: number): Promise<void> {
      while ((told.match(/^reference: (pass|not-applicable)/gm) ?? []).length < count) {
        if (child.exitCode !== null) throw new Error(`It ended before: ${told}`);
        await pause(20);
      }
    },
    async verdicts(): Promise<Readonly<Record<string, string>>> {
      await exit;
      const record = parseRecord(await readFile(join(folder, 'results.json'), 'utf8'));
      const results = record.targets.flatMap((target) => target.results);
      return Object.fromEntries(
        results.map((one) => [
          one.check,
          `${one.verdict} ${one.cause ?? ''} ${one.verdict === 'pass' ? '' : one.reason}`.trim(),
        ]),
      );
    },
  };
}

/** Checks that do not pass; a server without the thing is no matter of time. */
function undecided(verdicts: Readonly<Record<string, string>>): string[] {
  return Object.entries(verdicts).flatMap(([check, verdict]) =>
    /^(pass|not-applicable)/.test(verdict) ? [] : [`${check} ${verdict}`],
  );
}

test('an audit that was stopped for 20 seconds and goes on comes to the same verdicts', async () => {
  const run = audit('starttls', 'plaintext-auth', 'dkim');
  await run.results(20);
  run.child.kill('SIGSTOP');
  await pause(20_000);
  run.child.kill('SIGCONT');
  const verdicts = await run.verdicts();
  expect(undecided(verdicts)).toEqual([]);
  expect(Object.keys(verdicts).length).toBeGreaterThan(50);
});

test('an audit beside twice as many busy processes as there are cores comes to the same verdicts', async () => {
  for (let busy = 0; busy < availableParallelism() * 2; busy += 1) start('-e', ['for (;;);']);
  const verdicts = await audit(
    'STLS-024',
    'SMTP-023',
    'PTA-011',
    'PTA-012',
    'PTA-013',
    'SMTP-014',
  ).verdicts();
  expect(undecided(verdicts)).toEqual([]);
  expect(Object.keys(verdicts)).toContain('STLS-024');
});
