import { expect, test } from 'vitest';
import { seeded } from '../../harness/model/seeded.ts';
import { HOSTILE_TEXTS, rawText, visibleText } from '../fixtures/hostile-text.ts';
import { randomRecord, randomRecordWhere } from '../fixtures/random-record.ts';
import type { GatedResult, RunRecord } from '../model/record.ts';
import { writeGithub } from './github.ts';
import { workflowCommand } from './workflow-command.ts';

/** What the runner makes of a line: a command with its texts put back, or null for a line that is none. */
function obeyed(line: string) {
  if (line.includes('##[')) return { kind: 'old', properties: {}, data: line };
  const [, kind, list = '', data = ''] = /^\s*::(\S+?)(?: (.*?))?::(.*)$/.exec(line) ?? [];
  if (kind === undefined) return null;
  const properties: Record<string, string> = {};
  for (const one of list.split(',')) {
    const [name = '', value = ''] = one.split(/=(.*)/s);
    properties[name] = back(value);
  }
  return { kind, properties, data: back(data) };
}

function back(text: string): string {
  const of: Readonly<Record<string, string>> = { '3A': ':', '2C': ',', '0D': '\r', '0A': '\n', '25': '%' };
  return text.replace(/%(3A|2C|0D|0A|25)/g, (_, code: string) => of[code] ?? '');
}

test.each(HOSTILE_TEXTS.map((text) => [text]))(
  'a command with the text %j is one command and shows it',
  (text) => {
    const line = workflowCommand('error', { title: text, message: text, file: 'a,b:c%', line: 7 });
    expect(line).not.toMatch(/[\r\n]/);
    const command = obeyed(line);
    expect(command).toMatchObject({ kind: 'error', properties: { file: 'a,b:c%', line: '7' } });
    expect(Object.keys(command?.properties ?? {})).toEqual(['title', 'file', 'line']);
    expect(command?.properties.title).toBe(command?.data);
  },
);

test('no record makes a runner do anything but annotate, at most ten times of each kind', () => {
  for (let seed = 0; seed < 400; seed += 1) {
    const record = randomRecord(seeded(seed), seed % 4 === 3 ? rawText : visibleText);
    const commands = writeGithub(record)
      .split('\n')
      .map(obeyed)
      .filter((one) => one !== null);
    for (const { kind } of commands) expect(['error', 'warning', 'notice']).toContain(kind);
    for (const kind of ['error', 'warning', 'notice'])
      expect(commands.filter((one) => one.kind === kind).length).toBeLessThanOrEqual(10);
    const failing = commands.some(({ kind }) => kind === 'error');
    expect({ seed, failing: failing || commands.some(({ kind }) => kind === 'warning') }).toEqual({
      seed,
      failing: record.exitCode !== 0,
    });
  }
});

/** A record whose one target has as many findings, medium but for the last. */
function withFindings(count: number): RunRecord {
  const record = randomRecordWhere(
    ({ targets, interrupted, exitCode, expected }) =>
      exitCode === 1 &&
      interrupted === null &&
      expected.length === 0 &&
      (targets[0]?.failure ?? null) === null,
  );
  const [target] = record.targets;
  const [result] = record.targets.flatMap(({ results }) => results);
  if (!target || !result) throw new Error('The record has no result.');
  const results = Array.from(
    { length: count },
    (_, index): GatedResult => ({
      ...result,
      check: `SMTP-${String(index + 1).padStart(3, '0')}`,
      target: target.name,
      verdict: 'fail',
      consequence: 'finding',
      waiver: null,
      severity: index === count - 1 ? 'critical' : 'medium',
    }),
  );
  const { causes: _none, ...plain } = target;
  return { ...record, targets: [{ ...plain, failure: null, results }] };
}

test('of more than GitHub shows the gravest come first, and the last one says how many there are more', () => {
  const errors = (count: number) =>
    writeGithub(withFindings(count))
      .split('\n')
      .flatMap((line) => obeyed(line) ?? [])
      .filter(({ kind }) => kind === 'error');
  expect(errors(10)).toHaveLength(10);
  expect(errors(10).at(-1)?.properties.title).not.toContain('more');
  expect(errors(25)).toHaveLength(10);
  expect(errors(25)[0]?.properties.title).toContain('critical, SMTP-025');
  expect(errors(25).at(-1)?.properties.title).toBe('mailspec: 16 more');
});

test('findings of one cause are one annotation', () => {
  const record = withFindings(12);
  const [target] = record.targets;
  if (!target) throw new Error('The record has no target.');
  const cause = {
    faults: [{ name: 'open-relay', text: 'It relays, for everybody: 100%.' }],
    severity: 'critical' as const,
    explains: target.results.map(({ check }) => check),
    doesNotFit: [],
  };
  const text = writeGithub({ ...record, targets: [{ ...target, causes: [cause] }] });
  const errors = text.split('\n').filter((line) => line.startsWith('::error'));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain('critical%2C 12 findings look like one mistake');
  expect(errors[0]).toContain('It relays, for everybody: 100%25. (SMTP-012 SMTP-001 ');
});
