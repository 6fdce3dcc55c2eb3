import { appendFile, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkOf } from '../engine/testing/definition.ts';
import { type JournalEntry, openJournal, readJournal } from './journal.ts';
import { resultOf } from './testing/result.ts';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-journal-'));
  file = join(folder, 'target.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const entry = (reason: string): JournalEntry => ({
  kind: 'result',
  result: {
    ...resultOf(
      checkOf(async () => {}),
      'pass',
    ),
    reason,
  },
});
const ENTRIES: readonly JournalEntry[] = [
  { kind: 'capabilities', capabilities: [], certificates: [] },
  entry('plain'),
  entry('two\nlines, "quotes", \u2028, \\ and \u0000'),
  entry('x'.repeat(1_000_000)),
];

function write(entries: readonly JournalEntry[]): void {
  const journal = openJournal(file);
  for (const one of entries) journal.append(one);
  journal.close();
}

test('what is appended is read, in order, one line each', async () => {
  write(ENTRIES);
  expect(readJournal(file)).toEqual(ENTRIES);
  expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(ENTRIES.length + 1);
});

test('what is appended can be read at once, before the journal is closed', () => {
  const journal = openJournal(file);
  journal.append(entry('first'));
  expect(readJournal(file)).toEqual([entry('first')]);
  journal.close();
});

test('a journal that was never begun has no entries', () => {
  expect(readJournal(join(folder, 'absent.jsonl'))).toEqual([]);
});

test('a journal that cannot be read is an error, not an empty one', () => {
  expect(() => readJournal(folder)).toThrow(/EISDIR/);
});

test('wherever the last line is cut, the entries before it stand', async () => {
  write([entry('first'), entry('last')]);
  const whole = (await readFile(file)).length;
  const first = `${JSON.stringify(entry('first'))}\n`.length;
  for (const length of [whole - 1, whole - 2, first + 1, first]) {
    await truncate(file, length);
    expect(readJournal(file), `${length} of ${whole} octets`).toEqual([entry('first')]);
  }
  await truncate(file, first - 1);
  expect(readJournal(file)).toEqual([]);
});

test('a line that was cut in the middle of a journal costs that line alone', async () => {
  write([entry('first')]);
  await appendFile(file, '{"kind":"result","result":{"chec\n');
  write([entry('last')]);
  expect(readJournal(file)).toEqual([entry('first'), entry('last')]);
});
