import { marked } from 'marked';
import { expect, test } from 'vitest';
import { seeded } from '../../harness/model/seeded.ts';
import { readPage } from '../consumers/html.ts';
import { rawText, visibleText } from '../fixtures/hostile-text.ts';
import { postfixRun } from '../fixtures/postfix.ts';
import { randomRecord } from '../fixtures/random-record.ts';
import { compareRuns } from '../model/compare.ts';
import { writeComparisonMarkdown } from './comparison-markdown.ts';
import { ONE_SIDED, oneSidedLines } from './comparison-words.ts';
import { writeComparisonHtml } from './html/comparison.ts';

const PAIRS = Array.from({ length: 60 }, (_, seed) => {
  const text = seed % 3 === 2 ? rawText : visibleText;
  return compareRuns(randomRecord(seeded(seed), text), randomRecord(seeded(seed + 1), text));
});

test('the page is well-formed, loads and runs nothing, and has every difference once', () => {
  for (const [seed, comparison] of PAIRS.entries()) {
    const { elements } = readPage(writeComparisonHtml(comparison));
    const rows = elements.filter(
      ({ name, path }) => name === 'th' && path.at(-1) === 'tr' && path.includes('tbody'),
    );
    expect({ seed, rows: rows.length }).toEqual({ seed, rows: comparison.differences.length });
    for (const { name, attributes } of elements) {
      expect(name).not.toMatch(/^(script|img|iframe|form|link|base)$/);
      for (const [attribute, value] of attributes) {
        expect(attribute).not.toMatch(/^(on.*|src|style)$/);
        if (attribute === 'href') expect(value).toMatch(/^#/);
      }
    }
  }
});

test('the summary has no markup but ours, whatever a server sent', () => {
  for (const comparison of PAIRS) {
    const html = marked.parse(writeComparisonMarkdown(comparison), { async: false, gfm: true });
    for (const [tag] of html.matchAll(/<[^>]*>?/g)) {
      expect(tag).toMatch(/^<\/?(h1|h2|p|ul|li|code|strong)>$/);
    }
    const listed = html.match(/<strong>/g)?.length ?? 0;
    const oneSided = comparison.differences.filter(({ change }) => ONE_SIDED.includes(change));
    expect(listed).toBe(comparison.differences.length - oneSided.length);
  }
});

test('what turned out badly, and what is no longer settled, have names of their own and their reasons', () => {
  const record = postfixRun();
  const with_ = (verdict: 'inconclusive' | 'fail' | 'pass') => ({
    ...record,
    targets: record.targets.map((target) => ({
      ...target,
      results: target.results.map((result) =>
        result.check === 'RLY-001' ? { ...result, verdict, reason: `It is ${verdict}.` } : result,
      ),
    })),
  });
  const cases = [
    [with_('inconclusive'), with_('fail'), 'Settled badly', 'It is fail.'],
    [with_('fail'), with_('inconclusive'), 'No longer settled', 'It is inconclusive.'],
    [with_('inconclusive'), with_('pass'), 'Settled', 'inconclusive'],
    [with_('pass'), with_('fail'), 'Regressed', 'It is fail.'],
  ] as const;
  for (const [before, after, heading, told] of cases) {
    const comparison = compareRuns(before, after);
    for (const text of [
      readPage(writeComparisonHtml(comparison)).text,
      writeComparisonMarkdown(comparison),
    ]) {
      expect(text).toContain(heading);
      expect(text).toContain(told);
    }
  }
});

test('what only one of the runs asked is counted once, by its verdicts', () => {
  const record = postfixRun();
  const part = {
    ...record,
    targets: record.targets.map((target) => ({ ...target, results: target.results.slice(0, 2) })),
  };
  const asked = (one: typeof record) => one.targets.flatMap(({ results }) => results).length;
  const comparison = compareRuns(record, part);
  const [line = '', ...more] = oneSidedLines(comparison, 'there they are');
  expect(more).toEqual([]);
  const missing = asked(record) - asked(part);
  expect(line).toMatch(
    new RegExp(`^The earlier run alone asked ${missing} checks \\(.*\\); there they are\\.$`),
  );
  const counted = [...line.matchAll(/(\d+) [a-z-]+[,)]/g)].map(([, count]) => Number(count));
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(missing);
  expect(writeComparisonMarkdown(comparison)).toContain(`The earlier run alone asked ${missing} checks`);
  expect(oneSidedLines(compareRuns(part, record), 'there')[0]).toContain('The later run alone asked');
});

test('runs that do not differ say so', () => {
  const comparison = compareRuns(postfixRun(), postfixRun());
  expect(readPage(writeComparisonHtml(comparison)).text).toContain('Nothing changed');
  expect(writeComparisonMarkdown(comparison)).toContain('results are the same.');
});
