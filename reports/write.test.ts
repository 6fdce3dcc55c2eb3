import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Chance, seeded } from '../harness/model/seeded.ts';
import { rawText, visibleText } from './fixtures/hostile-text.ts';
import { randomRecord } from './fixtures/random-record.ts';
import type { RunRecord } from './model/record.ts';
import { parseRecord } from './model/schema.ts';
import { differences, rowsOf } from './recount/row.ts';
import { REPORTS, ReportMismatch, writeReports } from './write.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-reports-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A run in which every outcome occurs. */
const record = sampleRecord();

function sampleRecord(): RunRecord {
  for (let seed = 0; seed < 200; seed += 1) {
    const candidate = randomRecord(seeded(seed), visibleText);
    if (new Set(rowsOf(candidate).map(({ outcome }) => outcome)).size === 4) return candidate;
  }
  throw new Error('No seed below 200 gives a record with every outcome.');
}

async function problemsOf(promise: Promise<void>): Promise<ReportMismatch['problems']> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ReportMismatch)) throw new Error(`A ReportMismatch was due, found ${error}.`);
  return error.problems;
}

test('every report of a hundred random runs is written, read back and in agreement', async () => {
  for (let seed = 0; seed < 100; seed += 1) {
    await writeReports(randomRecord(seeded(seed), visibleText), folder);
  }
  expect((await readdir(folder)).sort()).toEqual(REPORTS.map(({ file }) => file).sort());
});

test('results.json is the record', async () => {
  await writeReports(record, folder);
  expect(parseRecord(await readFile(join(folder, 'results.json'), 'utf8'))).toEqual(record);
});

/** Every text with something that no report can carry. */
const unprintable = (chance: Chance) => `${rawText(chance)}\u001b`;

test('a record with unprintable text is written whole, and refused', async () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const problems = await problemsOf(writeReports(randomRecord(seeded(seed), unprintable), folder));
    expect(problems.map(({ file }) => file)).toContain('results.json');
  }
});

test('a record whose counts are wrong is refused', async () => {
  const wrong = { ...record, counts: { ...record.counts, pass: record.counts.pass + 1 } };
  const [problem] = await problemsOf(writeReports(wrong, folder));
  expect(problem?.problem).toMatch(/The run states \d+ × pass, its results have \d+\./);
});

test('a writer that throws keeps no old report and no other report from being written', async () => {
  await writeReports(record, folder);
  const reports = REPORTS.map((report) =>
    report.file === 'junit.xml'
      ? {
          ...report,
          write: () => {
            throw new Error('sabotage');
          },
        }
      : report,
  );
  const problems = await problemsOf(writeReports(record, folder, reports));
  expect(problems).toEqual([{ file: 'junit.xml', problem: 'sabotage' }]);
  expect(await readdir(folder)).not.toContain('junit.xml');
  expect(await readdir(folder)).toContain('results.tap');
});

test('a folder that cannot be written is a mismatch too', async () => {
  const file = join(folder, 'occupied');
  await writeFile(file, '');
  await expect(writeReports(record, file)).rejects.toThrow(ReportMismatch);
  await rm(file);
});

test.each([
  ['junit.xml', 'without failures', /<failure[\s\S]*?<\/failure>/g, ''],
  ['junit.xml', 'with failures as errors', /failure/g, 'error'],
  [
    'junit.xml',
    'with a status instead of a child',
    /<failure message=/,
    '<testcase status="failed" message=',
  ],
  ['junit.xml', 'without skips', /<skipped[^>]*>/g, ''],
  ['junit.xml', 'without one case', /<testcase[\s\S]*?<\/testcase>/, ''],
  ['junit.xml', 'with one case twice', /<testcase[\s\S]*?<\/testcase>/, '$&$&'],
  ['junit.xml', 'with wrong counters', /failures="[1-9]\d*"/, 'failures="0"'],
  ['junit.xml', 'with an unescaped text', /Sends: /, 'Sends: <'],
  ['junit.xml', 'with a control character', /Sends: /, 'Sends: \u001b'],
  ['junit.xml', 'with another verdict', / verdict" value="[a-z-]+"/, ' verdict" value="none"'],
  ['junit.xml', 'cut off', /<\/testsuite>\n<\/testsuites>\n$/, ''],
  ['results.tap', 'with a failure as success', /^not ok /m, 'ok '],
  ['results.tap', 'without a skip', / # SKIP .*/, ''],
  ['results.tap', 'with a wrong plan', /^1\.\.\d+/m, '1..1'],
  ['results.tap', 'with a forged line', / {2}---\n/, 'not ok 99 - forged\n'],
  ['results.tap', 'with a broken scalar', /verdict: "/, 'verdict: '],
  ['results.tap', 'cut off', /[\s\S]{40}$/, ''],
  ['report.html', 'with another verdict', /data-verdict="(?!pass)[a-z-]+"/, 'data-verdict="pass"'],
  ['report.html', 'without one result', /<details class="result[\s\S]*?<\/div><\/details>/, ''],
  ['report.html', 'with wrong counts', /<data value="\d+"/, '<data value="999"'],
  ['report.html', 'without a legend', /<section id="legend">[\s\S]*?<\/section>/, ''],
  ['report.html', 'with a result that cannot be read', /data-check="/, 'data-check='],
  ['report.html', 'cut off', /<\/html>\n$/, ''],
  ['results.sarif', 'without one result', /"ruleId": "[A-Z0-9]+-\d+"/, '"ruleId": "NONE-001"'],
  [
    'results.sarif',
    'with another verdict',
    /"verdict": "pass",\n *"outcome"/,
    '"verdict": "fail",\n"outcome"',
  ],
  [
    'results.sarif',
    'with a failure that is suppressed',
    /"kind": "fail",/,
    '"kind": "fail", "suppressions": [],',
  ],
  ['results.sarif', 'cut off', /\}\n$/, ''],
  ['ctrf-report.json', 'with a failure as success', /"status": "failed"/, '"status": "passed"'],
  ['ctrf-report.json', 'with wrong counts', /"failed": \d+/, '"failed": 999'],
  ['ctrf-report.json', 'cut off', /\}\n$/, ''],
  ['summary.md', 'without one finding', /^- ✗ .*$/m, ''],
  ['summary.md', 'with another count', /\d+ passed/, '999 passed'],
  ['summary.md', 'with a forged line', /^- ✗ /m, '- forged\n- ✗ '],
  ['summary.md', 'cut off', /Every check[\s\S]*$/, ''],
  ['annotations.txt', 'without one error', /^::error .*\n/m, ''],
  ['annotations.txt', 'without one check', /^mailspec failed: .*\n/m, ''],
  [
    'annotations.txt',
    'with a forged line',
    /^mailspec annotations/m,
    '::set-output name=a::b\nmailspec annotations',
  ],
  ['annotations.txt', 'with a property that ends early', / title=/, ' title=a,'],
  ['annotations.txt', 'with another count', / error, \d+/, ' error, 99'],
  ['annotations.txt', 'cut off', /mailspec conclusion[\s\S]*$/, ''],
  ['code-quality.json', 'without one entry', /"outcome": "failed"/, '"outcome": "passed"'],
  [
    'code-quality.json',
    'with a severity that GitLab does not know',
    /"severity": "[a-z]+"/,
    '"severity": "high"',
  ],
  ['code-quality.json', 'with one fingerprint for all', /"fingerprint": "[0-9a-f]+"/g, '"fingerprint": "0"'],
  ['code-quality.json', 'cut off', /\]\n$/, ''],
  ['results.json', 'with another conclusion', /"conclusion": "[a-z-]+"/, '"conclusion": "conformant"'],
  ['results.json', 'cut off', /\}\n$/, ''],
])('%s %s is seen', async (name, _, from, to) => {
  const reports = REPORTS.map((report) =>
    report.file === name
      ? { ...report, write: (record: RunRecord) => report.write(record).replace(from, to) }
      : report,
  );
  const problems = await problemsOf(writeReports(record, folder, reports));
  expect(problems.map(({ file }) => file)).toContain(name);
});

test('differences are named, few of them in full', () => {
  const row = { target: 'a', check: 'b', verdict: 'fail', outcome: 'failed' } as const;
  expect(differences([row], [row])).toEqual([]);
  expect(differences([row], [])).toEqual(['It lacks b on a as fail (failed).']);
  expect(differences([], [row])).toEqual(['It has b on a as fail (failed), which is not in the record.']);
  const many = Array.from({ length: 9 }, (_, index) => ({ ...row, check: String(index) }));
  expect(differences(many, [])).toHaveLength(6);
});
