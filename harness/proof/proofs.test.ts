import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadProofs, proofTable, withProofTable } from './proofs.ts';
import { runTests } from './run-tests.ts';
import { linesOf } from './table.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const proofs = await loadProofs();

test('the README has the numbers of the proofs: npm run docs', async () => {
  const text = await readFile(join(PROJECT, 'README.md'), 'utf8');
  expect(text).toBe(withProofTable(text, proofTable(proofs)));
});

test('every proof has its name, and its files are there', () => {
  expect(new Set(proofs.map(({ name }) => name)).size).toBe(proofs.length);
  for (const file of proofs.flatMap(({ files }) => files))
    expect(existsSync(join(PROJECT, file)), file).toBe(true);
});

test('what a proof chooses of its files is there in each of them', async () => {
  for (const { files, only } of proofs) {
    if (only === undefined) continue;
    for (const file of files)
      expect(await readFile(join(PROJECT, file), 'utf8'), file).toMatch(new RegExp(only));
  }
});

test('tests are counted, and what is not chosen is not', async () => {
  const files = ['harness/model/duration.test.ts'];
  const all = await runTests({ files });
  expect(all).toMatchObject({ failed: 0, leftOut: 0, failures: [] });
  expect(all.passed).toBeGreaterThan(2);
  expect(await runTests({ files, only: 'no test is called like this' })).toEqual({
    passed: 0,
    failed: 1,
    leftOut: 0,
    failures: ['No test was run.'],
  });
});

test('a file that is not there is a failure', async () => {
  const { passed, failed, failures } = await runTests({ files: ['harness/nowhere.test.ts'] });
  expect({ passed, failed }).toEqual({ passed: 0, failed: 1 });
  expect(failures.join('')).not.toBe('');
});

test('the table has a row for each proof and the sums', () => {
  const rows = [
    { name: 'faults', passed: 1_200, failed: 0, leftOut: 3, seconds: 61.4 },
    { name: 'secrets', passed: 2, failed: 1, leftOut: 0, seconds: 4 },
  ];
  expect(linesOf(rows)).toEqual([
    'proof    passed  failed  left out  seconds',
    'faults    1,200       0         3       61',
    'secrets       2       1         0        4',
    'all       1,202       1         3       65',
  ]);
});
