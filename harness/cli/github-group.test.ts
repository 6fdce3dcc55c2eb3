import { Writable } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { visibleText } from '../../reports/fixtures/hostile-text.ts';
import { postfixRun } from '../../reports/fixtures/postfix.ts';
import { randomRecord } from '../../reports/fixtures/random-record.ts';
import type { RunRecord } from '../../reports/model/record.ts';
import { seeded } from '../model/seeded.ts';
import { printGrouped } from './github-group.ts';
import { printSummary } from './summary.ts';

afterEach(() => vi.unstubAllEnvs());

function stream() {
  const chunks: string[] = [];
  const writable = new Writable({
    write(chunk, _, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { writable, lines: () => chunks.join('').split('\n') };
}

function printed(record: RunRecord, verbose: boolean): string[] {
  const { writable, lines } = stream();
  printSummary(record, '/tmp/report', writable, { verbose });
  return lines();
}

/** What the runner of GitHub would obey. */
const commands = (lines: readonly string[]) => lines.filter((line) => /^\s*::|##\[/.test(line));

test('the log of GitHub Actions folds what is told of each target', () => {
  vi.stubEnv('GITHUB_ACTIONS', 'true');
  const record = postfixRun();
  const lines = printed(record, false);
  expect(commands(lines)).toEqual(
    record.targets.flatMap(({ name, conclusion }) => [`::group::${name}: ${conclusion}`, '::endgroup::']),
  );
  const conclusion = lines.findIndex((line) => line.includes('in the profile'));
  expect(conclusion).toBeGreaterThan(lines.lastIndexOf('::endgroup::'));
});

test('no other output has groups', () => {
  vi.stubEnv('GITHUB_ACTIONS', undefined);
  expect(commands(printed(postfixRun(), false))).toEqual([]);
});

test('nothing that a server said is a command there', () => {
  vi.stubEnv('GITHUB_ACTIONS', 'true');
  for (let seed = 0; seed < 300; seed += 1) {
    const record = randomRecord(seeded(seed), visibleText);
    const found = commands(printed(record, seed % 2 === 0));
    expect(found).toHaveLength(2 * record.targets.length);
    expect(
      found.every((line, index) => line.startsWith(index % 2 === 0 ? '::group::' : '::endgroup::')),
    ).toBe(true);
  }
});

test('a title is one line, and begins no escape', () => {
  vi.stubEnv('GITHUB_ACTIONS', 'true');
  const { writable, lines } = stream();
  printGrouped('100%0A::error::\n::error::', writable, () => undefined);
  expect(lines()).toEqual(['::group::100%250A::error::\\n::error::', '::endgroup::', '']);
});
