import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Page, readPage } from '../../consumers/html.ts';
import { rawText, visibleText } from '../../fixtures/hostile-text.ts';
import { postfixRun } from '../../fixtures/postfix.ts';
import { randomRecord, randomRecordWhere } from '../../fixtures/random-record.ts';
import { seeded } from '../../fixtures/seeded.ts';
import type { RunRecord } from '../../model/record.ts';
import { rowsOfHtml } from '../../recount/html.ts';
import { differences, rowsOf } from '../../recount/row.ts';
import { writeHtml } from './page.ts';

const RECORDS = 100;

describe.each([
  ['in visible notation', visibleText],
  ['raw', rawText],
])('with texts %s', (_, text) => {
  test('the page is well-formed, asks for nothing and runs nothing', () => {
    for (let seed = 0; seed < RECORDS; seed += 1) {
      const page = readPage(writeHtml(randomRecord(seeded(seed), text)));
      expect(dangers(page), `seed ${seed}`).toEqual([]);
    }
  });

  test('every link leads to one place', () => {
    for (let seed = 0; seed < RECORDS; seed += 1) {
      const { elements } = readPage(writeHtml(randomRecord(seeded(seed), text)));
      const ids = elements.flatMap(({ attributes }) => attributes.get('id') ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      const aims = elements.flatMap(({ attributes }) => attributes.get('href') ?? []);
      for (const aim of aims) if (aim.startsWith('#')) expect(ids).toContain(aim.slice(1));
    }
  });
});

test('every result of a hundred random runs stands in it once, and the legend counts them', () => {
  for (let seed = 0; seed < RECORDS; seed += 1) {
    const record = randomRecord(seeded(seed), visibleText);
    expect(differences(rowsOf(record), rowsOfHtml(writeHtml(record))), `seed ${seed}`).toEqual([]);
  }
});

test('what a person needs of a result can be read as it was', () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const record = randomRecord(seeded(seed), visibleText);
    // Line ends of the page stand behind the `\\r\\n` of a server, and nowhere within a text.
    const text = readPage(writeHtml(record)).text.replaceAll('\n', '');
    for (const result of record.targets.flatMap(({ results }) => results)) {
      const { title, reason, sends, demands, rerun } = result;
      for (const words of [title, reason, sends, demands, rerun]) expect(text).toContain(words);
      for (const { violations, deviations } of result.variants) {
        for (const { demand, expected, actual } of [...violations, ...deviations]) {
          for (const words of [demand, expected, actual]) expect(text).toContain(words);
        }
      }
    }
  }
});

test('the style sheet is the one that the policy names, and no other may apply', () => {
  const source = writeHtml(postfixRun());
  const style = /<style>([^<]*)<\/style>/.exec(source)?.[1] ?? '';
  const policy = readPage(source).elements.find(
    ({ attributes }) => attributes.get('http-equiv') === 'Content-Security-Policy',
  );
  const digest = createHash('sha256').update(style).digest('base64');
  expect(policy?.attributes.get('content')).toBe(
    `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`,
  );
  expect(style).not.toMatch(/url\(|@import|@font-face|expression/i);
  expect(source.indexOf('Content-Security-Policy')).toBeLessThan(source.indexOf('<style>'));
});

test('the conclusion comes first, then what matters most', () => {
  const { elements, text } = readPage(writeHtml(postfixRun()));
  expect(text).toContain('1 of 2 targets breaks requirements of the profile.');
  const landmarks = elements.flatMap(({ name, attributes }) =>
    name === 'h1' || name === 'section' ? [attributes.get('id') ?? name] : [],
  );
  expect(landmarks.filter((one) => one !== 'section')).toEqual([
    'h1',
    'run',
    'targets',
    'overview',
    'matrix',
    'finding',
    'unsettled',
    'advice',
    'open',
    'passed',
    'notApplicable',
    'notSelected',
    'legend',
  ]);
});

test('with strict gates what was advice becomes a finding', () => {
  const findings = (record: RunRecord) =>
    rowsOfHtml(writeHtml(record)).filter(({ outcome }) => outcome === 'failed').length;
  expect(findings(postfixRun(true))).toBeGreaterThan(findings(postfixRun(false)));
});

test('what is waived has a section of its own, and says why, by whom and until when', () => {
  const record = postfixRun();
  const waiver = {
    reason: 'It goes in March.',
    authority: 'Operations',
    expires: '2027-03-31',
    place: 'f.yaml:3:5',
  };
  const targets = record.targets.map((target) => ({
    ...target,
    results: target.results.map((result) =>
      result.consequence === 'finding' ? { ...result, consequence: 'waived' as const, waiver } : result,
    ),
  }));
  const waived = { ...record, targets };
  const { elements, text } = readPage(writeHtml(waived));
  const sections = elements.flatMap(({ name, attributes }) =>
    name === 'section' ? attributes.get('id') : [],
  );
  expect(sections).toContain('waived');
  expect(sections).not.toContain('finding');
  for (const words of ['It goes in March.', 'until 2027-03-31 by Operations', 'f.yaml:3:5'])
    expect(text).toContain(words);
  expect(differences(rowsOf(waived), rowsOfHtml(writeHtml(waived)))).toEqual([]);
});

test('a run without targets still has a page that says so', () => {
  const record = randomRecordWhere(
    ({ targets, interrupted }) => targets.length === 0 && interrupted === null,
  );
  const { text } = readPage(writeHtml(record));
  expect(text).toContain('Undetermined');
  expect(text).toContain('The run had no target.');
});

test('300 checks on 3 targets stay below 5 MB, also when everything fails at length', () => {
  const record = postfixRun();
  const [, careless] = record.targets;
  const sample = careless?.results.find(({ consequence }) => consequence === 'finding');
  const line = sample?.transcript[3];
  if (!careless || !sample || !line) throw new Error('The example has no finding with a transcript.');
  const targets = ['one', 'two', 'three'].map((name) => ({
    ...careless,
    name,
    results: Array.from({ length: 300 }, (_, index) => ({
      ...sample,
      target: name,
      check: `STLS-${String(index).padStart(3, '0')}` as const,
      transcript: Array.from({ length: 80 }, (__, seq) => ({
        ...line,
        seq,
        text: `${seq} ${'x'.repeat(400)}`,
      })),
    })),
  }));
  expect(Buffer.byteLength(writeHtml({ ...record, targets }))).toBeLessThan(5_000_000);
});

/** Everything by which a page could load, run or send something. */
function dangers({ elements }: Page): string[] {
  return elements.flatMap(({ name, attributes }) => {
    const found: string[] = [];
    if (/^(script|link|img|iframe|object|embed|form|base|audio|video|source|image)$/.test(name))
      found.push(name);
    for (const [attribute, value] of attributes) {
      if (/^(on.*|style|src|srcset|action|formaction|background|poster|ping)$/.test(attribute))
        found.push(attribute);
      if (attribute !== 'href' || value.startsWith('#')) continue;
      const known = /^https:\/\/(www\.rfc-editor\.org|www\.bsi\.bund\.de|www\.cisa\.gov)\//.test(value);
      if (name !== 'a' || !known) found.push(`${name} to ${value}`);
    }
    return found;
  });
}
