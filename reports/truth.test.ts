import { marked } from 'marked';
import { Parser, type Result } from 'tap-parser';
import { describe, expect, test } from 'vitest';
import { seeded } from '../harness/model/seeded.ts';
import { readAsCodeScanning } from './consumers/code-scanning.ts';
import { readAsDorny } from './consumers/dorny.ts';
import { readAsGitLab } from './consumers/gitlab.ts';
import { readAsJenkins } from './consumers/jenkins.ts';
import { openJsonSchema } from './consumers/json-schema.ts';
import { openJunitSchema } from './consumers/junit-schema.ts';
import { readAsMikepenz } from './consumers/mikepenz.ts';
import { readAsPublishUnitTestResult } from './consumers/publish-unit-test-result.ts';
import type { ReadCase } from './consumers/reading.ts';
import { readAsSonobuoy } from './consumers/sonobuoy.ts';
import { parseXml, type Tree } from './consumers/xml-tree.ts';
import { rawText, visibleText } from './fixtures/hostile-text.ts';
import { randomRecord } from './fixtures/random-record.ts';
import { describeClause } from './model/clause.ts';
import type { Outcome } from './model/outcome.ts';
import type { RunRecord } from './model/record.ts';
import { OUTCOME_OF, STANDINGS } from './model/standing.ts';
import { rowsOfHtml } from './recount/html.ts';
import { differences, rowsOf } from './recount/row.ts';
import { REPORTS } from './write.ts';
import { countsLine } from './writers/counts-line.ts';
import { writeCtrf } from './writers/ctrf.ts';
import { ENGLISH } from './writers/html/english.ts';
import { writeHtml } from './writers/html/page.ts';
import { writeJunit } from './writers/junit.ts';
import { writeMarkdown } from './writers/markdown.ts';
import { writeSarif } from './writers/sarif.ts';
import { writeTap } from './writers/tap.ts';

/** A thousand runs of servers that send whatever has broken a report; in every fourth our own escaping failed before. */
const RECORDS: readonly RunRecord[] = Array.from({ length: 1000 }, (_, seed) =>
  randomRecord(seeded(seed), seed % 4 === 3 ? rawText : visibleText),
);
/** Those whose texts are as a record must have them. */
const ORDERLY = RECORDS.filter((_, seed) => seed % 4 !== 3);

interface SarifRuns {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly informationUri: string } };
    readonly invocations: readonly { readonly executionSuccessful: boolean }[];
    readonly properties: { readonly conclusion?: string };
  }[];
}

function dueOf(record: RunRecord) {
  const rows = rowsOf(record);
  const count = (...outcomes: string[]) => rows.filter(({ outcome }) => outcomes.includes(outcome)).length;
  return { passed: count('passed'), failed: count('failed', 'errored'), skipped: count('skipped') };
}

/** What a reader makes of every record must be what the record says. */
function agree(read: (record: RunRecord) => ReturnType<typeof dueOf>): void {
  for (const [seed, record] of RECORDS.entries()) {
    expect({ seed, ...read(record) }).toEqual({ seed, ...dueOf(record) });
  }
}

test('a thousand runs hold every outcome, every exit code of a run, and waivers', () => {
  const outcomes = new Set(RECORDS.flatMap(rowsOf).map(({ outcome }) => outcome));
  expect(outcomes).toEqual(new Set(['passed', 'failed', 'errored', 'skipped']));
  expect(new Set(RECORDS.map(({ exitCode }) => exitCode))).toEqual(new Set([0, 1, 2, 4]));
  const waived = RECORDS.flatMap(({ targets }) => targets.flatMap(({ results }) => results)).filter(
    ({ consequence }) => consequence === 'waived',
  );
  expect(new Set(waived.map(({ verdict }) => verdict))).toEqual(new Set(['fail', 'warn', 'inconclusive']));
});

test.each(REPORTS)('$file, read again without its writer, says what the record says', (report) => {
  const { write, read, states = (row) => row } = report;
  for (const [seed, record] of ORDERLY.entries()) {
    expect({
      seed,
      wrong: differences(
        rowsOf(record).flatMap((row) => states(row) ?? []),
        read(write(record)),
      ),
    }).toEqual({
      seed,
      wrong: [],
    });
  }
});

test('the summary and the terminal have the numbers of page one, in its words, and what was not selected', () => {
  const NUMBER = /<data value="(\d+)" data-standing="([a-zA-Z]+)" data-of="([^"]*)">/g;
  for (const [seed, record] of ORDERLY.entries()) {
    const page = [...writeHtml(record).matchAll(NUMBER)].map(([, value, word]) => {
      const standing = STANDINGS.find((one) => one === word) ?? failure();
      return `${value} ${ENGLISH.standings[standing]}`;
    });
    const lines = record.targets.map(countsLine);
    const told = lines
      .flatMap((line) => line.split(' · '))
      .filter((part) => part !== 'nothing was asked' && !part.endsWith(' not selected'));
    expect({ seed, told: told.map((part) => part.replace(/^1 finding$/, '1 findings')).sort() }).toEqual({
      seed,
      told: page.sort(),
    });
    const left = lines.flatMap((line) => / (\d+) not selected$/.exec(line)?.[1] ?? []).map(Number);
    expect(left.reduce((sum, one) => sum + one, 0)).toBe(record.counts.notSelected);
    const summary = writeMarkdown(record).split('\n');
    for (const line of lines) expect(summary).toContain(line);
  }
});

test('the numbers at the head of the page are sums of what JUnit, CTRF and TAP count', () => {
  const NUMBER = /<data value="(\d+)" data-standing="([a-zA-Z]+)" data-of="([^"]*)">/g;
  const sums = { failed: 0, errored: 0, skipped: 0, passed: 0 };
  for (const [seed, record] of ORDERLY.entries()) {
    const page: Record<Outcome, number> = { ...sums };
    for (const [, value, word] of writeHtml(record).matchAll(NUMBER)) {
      const standing = STANDINGS.find((one) => one === word) ?? failure();
      page[OUTCOME_OF[standing]] += Number(value);
    }
    // What kept a target or the run from coming to anything stands beside the numbers of checks.
    page.errored += rowsOf(record).filter(({ check }) => !/^[A-Z0-9]+-\d+$/.test(check)).length;
    const {
      results: { summary },
    }: { results: { summary: Record<'passed' | 'failed' | 'skipped', number> } } = JSON.parse(
      writeCtrf(record),
    );
    expect({ seed, passed: summary.passed, skipped: summary.skipped, failed: summary.failed }).toEqual({
      seed,
      passed: page.passed,
      skipped: page.skipped,
      failed: page.failed + page.errored,
    });
    expect({ seed, ...dueOf(record) }).toEqual({
      seed,
      passed: page.passed,
      failed: page.failed + page.errored,
      skipped: page.skipped,
    });
  }
});

test('a page whose numbers differ from what it shows is not read', () => {
  const record =
    ORDERLY.find(({ targets }) => targets.some(({ results }) => results.length > 5)) ?? failure();
  const page = writeHtml(record);
  const wrong = [
    page.replace(/(data-standing="passed"[^>]*>)\d+/, '$1999'),
    page.replace(/<data value="\d+"( data-standing="passed" data-of="[^"]*")>\d+/, '<data value="77"$1>77'),
    page.replace(
      /<data value="\d+"( data-standing="passed" data-suite="[^"]*")>\d+/,
      '<data value="77"$1>77',
    ),
    page.replace(/(<td><a class=")passed"/, '$1open"'),
    page.replace(/<data value="\d+"( data-outcomes="skipped")>\d+/, '<data value="77"$1>77'),
  ].filter((one) => one !== page);
  expect(wrong.length).toBeGreaterThanOrEqual(4);
  for (const one of wrong) expect(() => rowsOfHtml(one)).toThrow();
});

test.each(REPORTS.filter(({ format }) => format !== 'json'))(
  '$file holds no character that a format cannot carry',
  ({ write }) => {
    for (const [seed, record] of RECORDS.entries()) {
      const found = /[^\n\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]/u.exec(write(record));
      expect({ seed, at: found?.index, found: found?.[0] }).toEqual({ seed });
    }
  },
);

describe('JUnit', () => {
  const roots: Tree[] = RECORDS.map((record) => parseXml(writeJunit(record)));
  const rootOf = new Map(RECORDS.map((record, index) => [record, roots[index]]));
  const count = (cases: readonly ReadCase[]) => {
    const of = (status: ReadCase['status']) => cases.filter((one) => one.status === status).length;
    const different = new Set(cases.map(({ identity }) => identity)).size;
    expect(different).toBe(cases.length);
    return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
  };

  test.each<[string, (root: Tree) => ReadCase[]]>([
    ['Jenkins', readAsJenkins],
    ['GitLab', readAsGitLab],
    ['dorny/test-reporter', readAsDorny],
    ['mikepenz/action-junit-report', readAsMikepenz],
    ['EnricoMi/publish-unit-test-result-action', readAsPublishUnitTestResult],
    ['Sonobuoy', readAsSonobuoy],
  ])('%s counts what the record says, and is red where the exit code is', (_, read) => {
    agree((record) => {
      const root = rootOf.get(record);
      if (!root) throw new Error('A record has no XML.');
      const counts = count(read(root));
      expect(counts.failed === 0).toBe(record.exitCode === 0);
      return counts;
    });
  });

  test('the schema of Apache Ant has nothing against it, says libxml2', async () => {
    const schema = await openJunitSchema();
    for (const [seed, record] of RECORDS.entries()) {
      expect({ seed, problems: schema.problems(writeJunit(record)) }).toEqual({ seed, problems: [] });
    }
  });

  test('libxml2 sees what is against the schema', async () => {
    const schema = await openJunitSchema();
    const xml = writeJunit(RECORDS.find(({ exitCode }) => exitCode === 1) ?? RECORDS[0] ?? failure());
    expect(schema.problems(xml.replace(/ failures="\d+"/, ''))).toHaveLength(1);
    expect(schema.problems(xml.replace(/<system-err>\s*<\/system-err>/, ''))).toHaveLength(1);
    expect(() => schema.problems(xml.replace(/<\/testsuites>\n$/, ''))).toThrow();
  });
});

test('tap-parser counts what the record says', () => {
  agree((record) => {
    const asserts: Result[] = [];
    const parser = new Parser({ strict: true });
    parser.on('assert', (assert) => asserts.push(assert));
    parser.end(writeTap(record));
    const { results } = parser;
    if (!results) throw new Error('tap-parser gave no result.');
    expect(results.ok).toBe(record.exitCode === 0);
    expect({ bailout: results.bailout, todo: results.todo }).toEqual({ bailout: false, todo: 0 });
    expect(results.failures.filter(({ tapError }) => tapError)).toEqual([]);
    return {
      passed: asserts.filter(({ ok, skip }) => ok && !skip).length,
      failed: results.fail,
      skipped: results.skip,
    };
  });
});

describe('SARIF', () => {
  test('its schema has nothing against it', async () => {
    const schema = await openJsonSchema('sarif');
    for (const [seed, record] of RECORDS.entries()) {
      expect({ seed, problems: schema.problems(writeSarif(record)) }).toEqual({ seed, problems: [] });
    }
    expect(schema.problems('{"version":"2.1.0"}')).not.toEqual([]);
  });

  test('code scanning shows every deviation once, and dismisses what is waived', () => {
    for (const [seed, record] of RECORDS.entries()) {
      const alerts = readAsCodeScanning(writeSarif(record));
      const due = record.targets
        .flatMap(({ results }) => results)
        .filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');
      expect({
        seed,
        alerts: alerts.map(({ rule }) => rule).sort(),
        dismissed: alerts.filter(({ dismissed }) => dismissed).length,
      }).toEqual({
        seed,
        alerts: due.map(({ check }) => check).sort(),
        dismissed: due.filter(({ waiver }) => waiver !== null).length,
      });
    }
  });

  test('a run of a target that is undetermined says that it was not successful, and no other run does', () => {
    for (const [seed, record] of RECORDS.entries()) {
      const { runs }: SarifRuns = JSON.parse(writeSarif(record));
      for (const { invocations, properties, tool } of runs) {
        const { conclusion = 'undetermined' } = properties;
        const [{ executionSuccessful } = { executionSuccessful: undefined }] = invocations;
        expect({ seed, executionSuccessful }).toEqual({
          seed,
          executionSuccessful: conclusion !== 'undetermined',
        });
        expect(URL.canParse(tool.driver.informationUri)).toBe(true);
      }
    }
  });

  test('no message holds a link or a placeholder', () => {
    for (const record of RECORDS) {
      for (const { message } of readAsCodeScanning(writeSarif(record))) {
        expect(message).not.toMatch(/(?<!\\)[[\]]/);
        expect(message.replaceAll('{{', '').replaceAll('}}', '')).not.toMatch(/[{}]/);
      }
    }
  });
});

describe('CTRF', () => {
  test('its schema has nothing against it, and its summary counts what the record says', async () => {
    const schema = await openJsonSchema('ctrf');
    agree((record) => {
      const json = writeCtrf(record);
      expect(schema.problems(json)).toEqual([]);
      const { results }: { results: { summary: Record<'passed' | 'failed' | 'skipped', number> } } =
        JSON.parse(json);
      const { passed, failed, skipped } = results.summary;
      return { passed, failed, skipped };
    });
    expect(schema.problems('{"reportFormat":"CTRF"}')).not.toEqual([]);
  });
});

describe('Markdown', () => {
  const OURS = /^<\/?(?:h[1-3]|p|ul|li|strong|code|a)(?: href="([^"]*)")?>$/;

  test('what a renderer makes of it holds our own elements, and links to clauses alone', () => {
    for (const [seed, record] of RECORDS.entries()) {
      const html = marked.parse(writeMarkdown(record), { async: false, gfm: true });
      const clauses = new Set(
        record.targets.flatMap(({ results }) =>
          results.flatMap((result) => result.clauses.map((clause) => describeClause(clause).url)),
        ),
      );
      for (const [tag] of html.matchAll(/<[^>]*>?/g)) {
        const [known, link] = OURS.exec(tag) ?? [];
        expect({ seed, tag, known: known !== undefined }).toEqual({ seed, tag, known: true });
        if (link !== undefined) expect([...clauses]).toContain(link);
      }
    }
  });

  test('reasons and waivers arrive as they were', () => {
    for (const [seed, record] of ORDERLY.entries()) {
      const html = marked.parse(writeMarkdown(record), { async: false, gfm: true });
      const spans = new Set(
        [...html.matchAll(/<code>([^<]*)<\/code>/g)].map(([, text = '']) => decoded(text)),
      );
      const waivers = record.targets
        .flatMap(({ results }) => results)
        .flatMap(({ consequence, waiver }) => (consequence === 'waived' && waiver ? [waiver] : []));
      for (const { reason, place } of waivers) {
        const told = [...spans].some((span) => span.includes(reason) && span.includes(place));
        expect({ seed, reason, told }).toEqual({ seed, reason, told: true });
      }
    }
  });

  test('is short enough for a comment, however much was found', () => {
    const [record] = RECORDS.filter(({ targets }) => targets.some(({ results }) => results.length > 10));
    const [target] = record?.targets.filter(({ results }) => results.length > 10) ?? [];
    const [result] = target?.results ?? [];
    if (!record || !target || !result) throw new Error('No record has a target with many results.');
    const results = Array.from({ length: 300 }, (_, index) => ({
      ...result,
      check: `SMTP-${index}` as const,
      verdict: 'fail' as const,
      consequence: 'finding' as const,
      waiver: null,
    }));
    const targets = ['one', 'two', 'three'].map((name) => ({
      ...target,
      name,
      results: results.map((one) => ({ ...one, target: name })),
    }));
    expect(writeMarkdown({ ...record, targets }).length).toBeLessThan(65_536);
    const cause = {
      faults: [{ name: 'one', text: 'It has one mistake.' }],
      severity: 'high' as const,
      explains: results.map(({ check }) => check),
      doesNotFit: [],
    };
    const titled = targets.map((one) => ({
      ...one,
      causes: [cause],
      results: one.results.map((found) => ({ ...found, title: 'a'.repeat(100) })),
    }));
    expect(writeMarkdown({ ...record, targets: titled }).length).toBeLessThan(65_536);
  });
});

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

function decoded(text: string): string {
  return text.replace(/&[^;]*;/g, (entity) => ENTITIES[entity] ?? entity);
}

function failure(): never {
  throw new Error('There is no record.');
}
