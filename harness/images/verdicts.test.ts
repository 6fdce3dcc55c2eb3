import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { engineForTests } from '../targets/testing/engine.ts';
import { type ExpectedVerdicts, readExpected, verdictsOf } from './expected-verdicts.ts';

const CLI = fileURLToPath(new URL('../cli/mailspec.mjs', import.meta.url));
const EXPECTED = fileURLToPath(new URL('expected/', import.meta.url));
/** Containers audited at the same time: they share the processors with their clients. */
const TOGETHER = 3;

const targets = new Map<string, ExpectedVerdicts>();
for (const file of (await readdir(EXPECTED)).sort()) {
  targets.set(file.replace(/\.yaml$/, ''), await readExpected(join(EXPECTED, file)));
}
/** Targets that are judged by the same checks, a few of which are audited in one run. */
const groups = [...Map.groupBy(targets.keys(), (name) => (targets.get(name)?.only ?? []).join(' '))].flatMap(
  ([only, names]) =>
    Array.from({ length: Math.ceil(names.length / TOGETHER) }, (_, batch) => ({
      only,
      names: names.slice(batch * TOGETHER, (batch + 1) * TOGETHER),
    })),
);
const hasEngine = await engineForTests(`verdicts on ${targets.size} real servers in containers`);

for (const { only, names } of groups) {
  describe.skipIf(!hasEngine)(`real servers in containers, judged by ${only || 'everything'}`, () => {
    let folder = '';
    let record: RunRecord;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'mailspec-verdicts-'));
      await audit(
        names,
        only.split(' ').filter((code) => code !== ''),
        folder,
      );
      record = JSON.parse(await readFile(join(folder, 'results.json'), 'utf8'));
    }, 1_800_000);
    afterAll(() => rm(folder, { recursive: true, force: true }));

    for (const name of names) {
      test(`${name} is judged as committed`, () => {
        const expected = targets.get(name);
        const target = record.targets.find((one) => one.name === name);
        if (!expected || !target) throw new Error(`${name} is not in the record.`);
        const due = verdictsOf(expected);
        const surprises = target.results
          .filter(({ check, verdict }) => due[check] !== verdict)
          .map(({ check, verdict, reason }) => `${check} is ${verdict}: ${reason}`);
        expect(target.failure).toBeNull();
        expect(
          Object.fromEntries(target.results.map(({ check, verdict }) => [check, verdict])),
          surprises.join('\n'),
        ).toEqual(due);
        expect(target.conclusion).toBe(expected.conclusion);
      });
    }
  });
}

/** The audit as a user runs it; exit codes 0 to 2 are conclusions. */
function audit(names: readonly string[], only: readonly string[], out: string): Promise<void> {
  const selection = only.length > 0 ? ['--only', ...only] : [];
  const args = [CLI, 'audit', ...names, '--out', out, '--concurrency', String(TOGETHER), ...selection];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 64 * 1_048_576 }, (failure, _stdout, stderr) => {
      const code = failure === null ? 0 : failure.code;
      if (typeof code === 'number' && code <= 2) resolve();
      else reject(new Error(`mailspec audit ended with ${code}: ${stderr}`));
    });
  });
}
