import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { seeded } from '../../../harness/model/seeded.ts';
import { type Page, readPage } from '../../consumers/html.ts';
import { rawText, visibleText } from '../../fixtures/hostile-text.ts';
import { postfixRun } from '../../fixtures/postfix.ts';
import { randomRecord, randomRecordWhere } from '../../fixtures/random-record.ts';
import { TRANSLATIONS } from '../../fixtures/translations.ts';
import { LANGUAGES } from '../../model/language.ts';
import type { RunRecord } from '../../model/record.ts';
import { rowsOfHtml } from '../../recount/html.ts';
import { differences, rowsOf } from '../../recount/row.ts';
import { ENGLISH } from './english.ts';
import { JAPANESE } from './japanese.ts';
import { writeHtml } from './page.ts';

const RECORDS = 100;

describe.each([
  ['in visible notation', visibleText],
  ['raw', rawText],
])('with texts %s', (_, text) => {
  test('the page is well-formed, asks for nothing and runs nothing of a server', () => {
    for (let seed = 0; seed < RECORDS; seed += 1) {
      const page = readPage(writeHtml(randomRecord(seeded(seed), text)));
      expect(dangers(page), `seed ${seed}`).toEqual([]);
    }
  });

  test('every result and control begins with the shape that its columns are laid out for', () => {
    for (let seed = 0; seed < RECORDS; seed += 1) {
      const page = writeHtml(randomRecord(seeded(seed), text));
      expect(
        page.match(/<details class="result [^>]*><summary>(?!<svg class="g")/g),
        `seed ${seed}`,
      ).toBeNull();
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
    // Line ends of the page stand after the `\\r\\n` of a server, and nowhere within a text.
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

test('the style sheet and the script are those that the policy names, and no other may apply', () => {
  const source = writeHtml(postfixRun());
  const style = /<style>([^<]*)<\/style>/.exec(source)?.[1] ?? '';
  const script = /<script>([^<]*)<\/script>/.exec(source)?.[1] ?? '';
  const policy = readPage(source).elements.find(
    ({ attributes }) => attributes.get('http-equiv') === 'Content-Security-Policy',
  );
  const digest = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
  expect(policy?.attributes.get('content')).toBe(
    `default-src 'none'; style-src '${digest(style)}'; script-src '${digest(script)}'; base-uri 'none'; form-action 'none'`,
  );
  expect(style).not.toMatch(/url\(|@import|@font-face|expression/i);
  expect(script).not.toMatch(
    /fetch|XMLHttp|import\b|eval|innerHTML|outerHTML|document\.write|Storage|cookie/,
  );
  expect(source.indexOf('Content-Security-Policy')).toBeLessThan(source.indexOf('<style>'));
});

test('no page has a script but that one, whatever a server sent', () => {
  const [known] = /<script>[^<]*<\/script>/.exec(writeHtml(postfixRun())) ?? [];
  for (let seed = 0; seed < RECORDS; seed += 1) {
    const scripts = writeHtml(randomRecord(seeded(seed), rawText)).match(/<script[\s\S]*?<\/script>/gi) ?? [];
    expect(scripts.length).toBeLessThanOrEqual(1);
    for (const script of scripts) expect(script).toBe(known);
  }
});

test('the conclusion comes first, then what matters most', () => {
  const { elements, text } = readPage(writeHtml(postfixRun()));
  expect(text).toContain('1 of 2 targets breaks requirements of the profile.');
  const landmarks = elements.flatMap(({ name, attributes }) =>
    name === 'h1' || name === 'section' ? [attributes.get('id') ?? name] : [],
  );
  expect(landmarks.filter((one) => one !== 'section')).toEqual([
    'h1',
    'scope',
    'search',
    'overview',
    'finding',
    'unsettled',
    'advisory',
    'advice',
    'clauses',
    'matrix',
    'open',
    'passed',
    'notApplicable',
    'targets',
    'run',
    'notSelected',
    'legend',
  ]);
});

describe('in Japanese', () => {
  const page = (record: RunRecord) => writeHtml(record, 'ja');

  test('the page is well-formed, harmless, and states the same results', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const record = randomRecord(seeded(seed), visibleText);
      expect(dangers(readPage(page(record))), `seed ${seed}`).toEqual([]);
      expect(differences(rowsOf(record), rowsOfHtml(page(record))), `seed ${seed}`).toEqual([]);
    }
  });

  test('no text of the English page is left in it but names and what the record says', () => {
    const english = new Set(textsOf(ENGLISH));
    // Words that Japanese writes as they are.
    for (const name of ['CI', 'TLS', ' ', '']) english.delete(name);
    expect(textsOf(JAPANESE).filter((text) => english.has(text))).toEqual([]);
    expect(textsOf(JAPANESE)).toHaveLength(textsOf(ENGLISH).length);
  });

  test('it says its language, and that of what stays English', () => {
    const { elements, text } = readPage(page(postfixRun()));
    const languageOf = (name: string) =>
      elements.find((element) => element.name === name)?.attributes.get('lang');
    expect(languageOf('html')).toBe('ja');
    const titles = elements.filter(({ attributes }) => attributes.get('class') === 'title');
    expect(titles.length).toBeGreaterThan(30);
    const japanese = titles.filter(({ attributes }) => attributes.get('lang') !== 'en');
    // Each stands in the matrix and in the result of each target.
    expect(japanese).toHaveLength(TRANSLATIONS.length * 3);
    expect(text).toContain('2026年3月4日 05:06:07 (UTC)');
    expect(text).toContain('2 対象のうち 1 対象がプロファイルの要求に違反しています。');
  });
});

test('a check says its title, what it sends and what it demands in the language of the page', () => {
  const record = postfixRun();
  const japanese = readPage(writeHtml(record, 'ja'));
  const english = readPage(writeHtml(record));
  const originals = record.targets
    .flatMap(({ results }) => results)
    .filter((result) => TRANSLATIONS.some(({ check }) => check === result.check));
  for (const { title, sends, demands } of TRANSLATIONS) {
    for (const text of [title, sends, demands]) {
      expect(japanese.text).toContain(text);
      expect(english.text).not.toContain(text);
    }
    const links = japanese.elements.map(({ attributes }) => attributes.get('title'));
    expect(links).toContain(title);
  }
  for (const { title } of originals) {
    expect(english.text).toContain(title);
    expect(japanese.text).not.toContain(title);
  }
});

/** The texts of a language without those made from numbers. */
function textsOf(words: unknown): string[] {
  if (typeof words === 'string') return [words];
  if (typeof words !== 'object' || words === null) return [];
  return Object.entries(words).flatMap(([key, value]) =>
    key === 'untranslated' || key === 'language' ? [] : textsOf(value),
  );
}

describe('the clauses of the profile', () => {
  test('each says of each target whether it is met, and what stands in the way', () => {
    const { text } = readPage(writeHtml(postfixRun()));
    expect(text).toContain(
      'postfix-good: 2 met, 1 not decided, 1 does not apply, 1 not decidable from outside',
    );
    expect(text).toContain('postfix-careless: 1 met, 1 not met');
    expect(text).toContain('The organization behind a server cannot be seen from the network.');
  });

  test('a profile that nobody verified says so at the top', () => {
    const record = postfixRun();
    const unverified = { ...record, profile: { ...record.profile, verification: 'not-verified' as const } };
    expect(writeHtml(record)).not.toContain(ENGLISH.facts.notVerified);
    expect(writeHtml(unverified)).toContain(ENGLISH.facts.notVerified);
  });
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
      variants: Array.from({ length: 40 }, (__, variant) => ({
        ...(sample.variants[0] ?? none()),
        name: `input ${variant}`,
        reason: 'The server answered as the text demands, and went on with what came after it.',
        violations: variant === 0 ? (sample.variants[0] ?? none()).violations : [],
      })),
      transcript: Array.from({ length: 80 }, (__, seq) => ({
        ...line,
        seq,
        text: `${seq} ${'x'.repeat(400)}`,
      })),
    })),
  }));
  const remedies = [0, 1].map((part) => ({
    topic: `topic-${part}`,
    checks: targets[0]?.results.map(({ check }) => check) ?? [],
    advice: { en: 'What to do about it, in a sentence.', ja: 'どうすればよいかを一文で述べます。' },
    servers: ['Postfix', 'Exim', 'OpenSMTPD', 'Sendmail', 'Haraka', 'Courier'].map((server) => ({
      server,
      lines: Array.from({ length: 8 }, (_, line) => `# ${line} ${'x'.repeat(60)}`),
    })),
  }));
  for (const language of LANGUAGES) {
    const page = writeHtml({ ...record, targets, remedies }, language);
    expect(Buffer.byteLength(page)).toBeLessThan(5_000_000);
    // What is not repeated is linked.
    expect(readPage(page).elements.filter(({ name }) => name === 'pre')).toHaveLength(12);
  }
});

function none(): never {
  throw new Error('The sample has no variant.');
}

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
