import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { engineStatus } from '../targets/engine.ts';
import { readExpected, verdictsOf } from './expected-verdicts.ts';

const CLI = fileURLToPath(new URL('../cli/mailspec.mjs', import.meta.url));
const EXPECTED = fileURLToPath(new URL('expected/', import.meta.url));
const TARGETS = (await readdir(EXPECTED)).map((file) => file.replace(/\.yaml$/, '')).sort();
const engine = await engineStatus();
if (!engine.available)
  console.info(`Not run: verdicts on real containers (${TARGETS.join(', ')}). ${engine.why}`);

describe.runIf(engine.available)('real servers in containers', () => {
  let folder = '';
  let record: RunRecord;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mailspec-verdicts-'));
    await audit(TARGETS, folder);
    record = JSON.parse(await readFile(join(folder, 'results.json'), 'utf8'));
  }, 1_200_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  for (const name of TARGETS) {
    test(`${name} is judged as committed`, async () => {
      const expected = await readExpected(join(EXPECTED, `${name}.yaml`));
      const target = record.targets.find((one) => one.name === name);
      const found = Object.fromEntries((target?.results ?? []).map(({ check, verdict }) => [check, verdict]));
      const surprises = (target?.results ?? [])
        .filter(({ check, verdict }) => verdictsOf(expected)[check] !== verdict)
        .map(({ check, verdict, reason }) => `${check} is ${verdict}: ${reason}`);
      expect(target?.failure ?? null).toBeNull();
      expect(found, surprises.join('\n')).toEqual(verdictsOf(expected));
    });
  }

  test('the hardened image is conformant, each misconfigured one is not', () => {
    const conclusions = Object.fromEntries(record.targets.map(({ name, conclusion }) => [name, conclusion]));
    const due = Object.fromEntries(
      TARGETS.map((name) => [name, name === 'postfix-dovecot' ? 'conformant' : 'non-conformant']),
    );
    expect(conclusions).toEqual(due);
  });
});

/** The audit as a user runs it; exit codes 0 to 2 are conclusions. */
function audit(names: readonly string[], out: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = [CLI, 'audit', ...names, '--out', out, '--concurrency', String(names.length)];
    execFile(process.execPath, args, { maxBuffer: 64 * 1_048_576 }, (failure, _stdout, stderr) => {
      const code = failure && typeof failure.code === 'number' ? failure.code : 0;
      if (failure && (code === 0 || code > 2))
        reject(new Error(`mailspec audit ended with ${failure.code}: ${stderr}`));
      else resolve();
    });
  });
}
