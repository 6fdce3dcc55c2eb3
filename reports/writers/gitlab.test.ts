import { expect, test } from 'vitest';
import { seeded } from '../../harness/model/seeded.ts';
import { rawText, visibleText } from '../fixtures/hostile-text.ts';
import { randomRecord, randomRecordWhere } from '../fixtures/random-record.ts';
import type { RunRecord } from '../model/record.ts';
import { writeGitlab } from './gitlab.ts';

interface Entry {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

function entriesOf(record: RunRecord): readonly Entry[] {
  return JSON.parse(writeGitlab(record));
}

test('every entry has what GitLab asks of one, and no two are taken for the same', () => {
  for (let seed = 0; seed < 400; seed += 1) {
    const entries = entriesOf(randomRecord(seeded(seed), seed % 4 === 3 ? rawText : visibleText));
    for (const { description, check_name, severity, location } of entries) {
      expect(description).toContain(check_name);
      expect(description).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]+$/u);
      expect(['info', 'minor', 'major', 'critical', 'blocker']).toContain(severity);
      expect(location.path).not.toMatch(/^\.\/|^$/);
      expect(Number.isInteger(location.lines.begin) && location.lines.begin > 0).toBe(true);
    }
    expect(new Set(entries.map(({ fingerprint }) => fingerprint)).size).toBe(entries.length);
  }
});

test('a fingerprint stays whatever the server says and wherever the target is declared', () => {
  const record = randomRecordWhere(({ exitCode }) => exitCode === 1);
  const targets = record.targets.map((target) => ({
    ...target,
    declaredAt: { file: './ci/mail.yaml', line: 99 },
    results: target.results.map((result) => ({ ...result, reason: 'other words', title: 'other title' })),
  }));
  const [before, after] = [entriesOf(record), entriesOf({ ...record, runId: 'another', targets })];
  expect(after.map(({ fingerprint }) => fingerprint)).toEqual(before.map(({ fingerprint }) => fingerprint));
  expect(after[0]?.location).toEqual({ path: 'ci/mail.yaml', lines: { begin: 99 } });
});

test('what counts is as grave as its check, what does not is info, and what is waived is not there', () => {
  const record = randomRecordWhere(({ targets }) =>
    ['finding', 'waived', 'advice'].every((consequence) =>
      targets.some(({ results }) => results.some((result) => result.consequence === consequence)),
    ),
  );
  const entries = entriesOf(record);
  const words = { critical: 'blocker', high: 'critical', medium: 'major', low: 'minor', info: 'info' };
  for (const result of record.targets.flatMap(({ results }) => results)) {
    const own = entries.find(({ description }) =>
      description.startsWith(`${result.check} on ${result.target}:`),
    );
    if (result.consequence === 'waived') expect(own).toBeUndefined();
    if (result.consequence === 'finding') expect(own?.severity).toBe(words[result.severity]);
    if (result.consequence === 'advice') expect(own?.severity).toBe('info');
    if (result.consequence === 'unsettled') expect(own?.severity).toBe('minor');
  }
});
