import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Parser, type Result } from 'tap-parser';
import { expect, test } from 'vitest';
import { seeded } from '../../harness/model/seeded.ts';
import { parseXml } from '../consumers/xml-tree.ts';
import { rawText, visibleText } from '../fixtures/hostile-text.ts';
import { randomRecord } from '../fixtures/random-record.ts';
import type { RunRecord } from '../model/record.ts';
import { rowsOf } from '../recount/row.ts';
import { writeTap } from './tap.ts';

const RECORDS = 100;
const TEXTS = [
  ['visible', visibleText],
  ['raw', rawText],
] as const;

/** The serializer of tap-junit; its other parts print, or end the process. */
const tapJunit: (
  cases: readonly unknown[],
  results: unknown,
  options: { readonly pretty?: boolean },
) => string = createRequire(import.meta.url)('tap-junit/src/serialize.js');

function dueOf(record: RunRecord) {
  const rows = rowsOf(record);
  const count = (...outcomes: string[]) => rows.filter(({ outcome }) => outcomes.includes(outcome)).length;
  return { passed: count('passed'), failed: count('failed', 'errored'), skipped: count('skipped') };
}

function parse(tap: string) {
  const asserts: Result[] = [];
  const unknown: string[] = [];
  const parser = new Parser({ strict: false });
  parser.on('assert', (assert) => asserts.push(assert));
  parser.on('extra', (line) => unknown.push(line));
  parser.end(tap);
  if (!parser.results) throw new Error('tap-parser gave no result.');
  return { asserts, unknown, results: parser.results };
}

test.each(TEXTS)('tap-parser counts what the record says (%s)', (_, text) => {
  for (let seed = 0; seed < RECORDS; seed += 1) {
    const record = randomRecord(seeded(seed), text);
    const { asserts, unknown, results } = parse(writeTap(record));
    const due = dueOf(record);
    expect({
      seed,
      passed: asserts.filter(({ ok, skip }) => ok && !skip).length,
      failed: results.fail,
      skipped: results.skip,
      todo: results.todo,
      problems: results.failures.filter(({ tapError }) => tapError),
      unknown,
    }).toEqual({ seed, ...due, todo: 0, problems: [], unknown: [] });
    expect(results.ok).toBe(record.exitCode === 0);
  }
});

test('diagnostics arrive as they were', () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const record = randomRecord(seeded(seed), visibleText);
    const { asserts } = parse(writeTap(record));
    const reruns = record.targets.flatMap(({ results }) => results.map(({ rerun }) => rerun));
    expect(asserts.flatMap(({ diag }) => (diag?.rerun === undefined ? [] : [diag.rerun]))).toEqual(reruns);
  }
});

test.each(TEXTS)('tap-junit makes well-formed XML with the same counts of it (%s)', (_, text) => {
  for (let seed = 0; seed < RECORDS; seed += 1) {
    const record = randomRecord(seeded(seed), text);
    const { asserts, results } = parse(writeTap(record));
    const root = parseXml(tapJunit(asserts, results, {}));
    const cases = root.children.flatMap(({ children }) => children);
    const having = (name: string) =>
      cases.filter(({ children }) => children.some((child) => child.name === name)).length;
    const due = dueOf(record);
    expect({ seed, all: cases.length, failed: having('failure'), skipped: having('skipped') }).toEqual({
      seed,
      all: due.passed + due.failed + due.skipped,
      failed: due.failed,
      skipped: due.skipped,
    });
    expect(root.attributes.failures).toBe(String(due.failed));
  }
});

test('the pipeline of the README: tap-junit makes a JUnit file of a TAP file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-tap-'));
  const bin = join(createRequire(import.meta.url).resolve('tap-junit/package.json'), '../bin/tap-junit');
  try {
    for (const seed of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const record = randomRecord(seeded(seed), seed % 2 === 0 ? visibleText : rawText);
      await writeFile(join(folder, 'results.tap'), writeTap(record));
      const args = ['--input', 'results.tap', '--output', '.', '--name', `results-${seed}`];
      // The first failure makes it end with 1.
      await promisify(execFile)(process.execPath, [bin, ...args], { cwd: folder }).catch((ended) => {
        if (ended.code !== 1) throw ended;
      });
      const root = parseXml(await readFile(join(folder, `results-${seed}.xml`), 'utf8'));
      const [suite] = root.children;
      const due = dueOf(record);
      expect({ seed, tests: suite?.attributes.tests, failures: suite?.attributes.failures }).toEqual({
        seed,
        tests: String(due.passed + due.failed + due.skipped),
        failures: String(due.failed),
      });
      expect(suite?.attributes.skipped).toBe(String(due.skipped));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

const PERL_READER = `
use TAP::Parser;
for my $file (@ARGV) {
  my $parser = TAP::Parser->new({ source => $file });
  my $yaml = 0;
  while (my $line = $parser->next) { $yaml++ if $line->is_yaml && ref $line->data eq 'HASH' }
  my $skipped = scalar $parser->skipped;
  printf "%d %d %d %d %d\\n", $parser->passed - $skipped, scalar $parser->failed, $skipped,
    scalar $parser->parse_errors, $yaml;
}`;

const perl = spawnSync('perl', ['-MTAP::Parser', '-e', '1']).status === 0;

test.skipIf(!perl).each(TEXTS)(
  'Perl counts what the record says (%s); needs perl with TAP::Parser',
  async (_, text) => {
    const folder = await mkdtemp(join(tmpdir(), 'mailspec-tap-'));
    try {
      const records = Array.from({ length: 60 }, (_, seed) => randomRecord(seeded(seed), text));
      const files = records.map((_, seed) => join(folder, `${seed}.tap`));
      for (const [seed, file] of files.entries()) {
        const record = records[seed];
        if (record) await writeFile(file, writeTap(record));
      }
      const { stdout } = await promisify(execFile)('perl', ['-e', PERL_READER, ...files]);
      expect(stdout.trim().split('\n')).toEqual(
        records.map((record) => {
          const { passed, failed, skipped } = dueOf(record);
          return `${passed} ${failed} ${skipped} 0 ${passed + failed + skipped}`;
        }),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);

const prove = spawnSync('prove', ['--version']).status === 0;

test.skipIf(!prove)('prove ends like the run; needs prove', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-tap-'));
  try {
    for (const seed of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const record = randomRecord(seeded(seed), rawText);
      const file = join(folder, `${seed}.tap`);
      await writeFile(file, writeTap(record));
      const { status, stdout } = spawnSync('prove', ['--ext', 'tap', file], { encoding: 'utf8' });
      expect({ seed, green: status === 0 }).toEqual({ seed, green: record.exitCode === 0 });
      const { passed, failed, skipped } = dueOf(record);
      const [, tests] = /^Files=1, Tests=(\d+)/m.exec(stdout) ?? [];
      const [, broken = '0'] = /\(Wstat: .* Failed: (\d+)\)/.exec(stdout) ?? [];
      expect({ seed, tests, broken }).toEqual({
        seed,
        tests: String(passed + failed + skipped),
        broken: String(failed),
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
