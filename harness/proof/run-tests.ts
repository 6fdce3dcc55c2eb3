import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Proof } from './proofs.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

/** What came of a proof. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Tests that could not be run here, such as those that need a browser. */
  readonly leftOut: number;
  /** What failed, one a line; empty where nothing did. */
  readonly failures: readonly string[];
}

const count = z.int().nonnegative();
/** What Vitest writes, as far as it is read here. */
const reportSchema = z.object({
  numPassedTests: count,
  numFailedTests: count,
  numPendingTests: count,
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** Runs the tests of a proof in a process of their own and counts them. A file that cannot be run is a failure. */
export async function runTests({ files, only }: Pick<Proof, 'files' | 'only'>): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-proof-'));
  const output = join(folder, 'report.json');
  const args = ['run', '--project', 'mailspec', '--reporter=json', `--outputFile=${output}`, ...files];
  try {
    const said = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [VITEST, ...args, ...(only === undefined ? [] : ['-t', only])],
        { cwd: ROOT, maxBuffer: 64 * 1_048_576 },
        (_failure, stdout, stderr) => resolve(`${stdout}${stderr}`),
      );
    });
    const written = await readFile(output, 'utf8').catch(() => null);
    if (written === null) return { passed: 0, failed: 1, leftOut: 0, failures: [said.trim()] };
    return tallyOf(reportSchema.parse(JSON.parse(written)), only !== undefined);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param isPart what was not chosen is no part of the proof, and is not counted as left out */
function tallyOf(report: z.output<typeof reportSchema>, isPart: boolean): Tally {
  const failed = report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const tests = assertionResults.filter((one) => one.status === 'failed').map(({ fullName }) => fullName);
    // A file that breaks before its first test has none that failed.
    return tests.length === 0 && status === 'failed' ? [`${name}: ${message}`] : tests;
  });
  const nothing = report.numPassedTests === 0 && failed.length === 0 ? ['No test was run.'] : [];
  return {
    passed: report.numPassedTests,
    failed: failed.length + nothing.length,
    leftOut: isPart ? 0 : report.numPendingTests,
    failures: [...failed, ...nothing],
  };
}
