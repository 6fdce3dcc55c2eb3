import { expect, test } from 'vitest';
import { readPage } from '../../consumers/html.ts';
import { postfixRun } from '../../fixtures/postfix.ts';
import { ENGLISH } from './english.ts';
import { writeHtml } from './page.ts';

test('what did not pass says how to mend it, and nothing else does', () => {
  const { elements } = readPage(writeHtml(postfixRun()));
  const mended = elements.flatMap(({ attributes }) =>
    attributes.get('class') === 'remedies' ? (attributes.get('aria-label') ?? '') : [],
  );
  expect(mended).toContain('How to mend it: RLY-001 postfix-careless');
  expect(mended.filter((label) => label.endsWith('postfix-good'))).toEqual([]);
});

test('settings of the server that greets lie open, those of others are folded', () => {
  const { elements } = readPage(writeHtml(postfixRun()));
  const pre = elements.filter(({ name }) => name === 'pre');
  expect(pre.length).toBeGreaterThan(2);
  const source = writeHtml(postfixRun());
  expect(source).toContain('<details class="plain" open><summary>Postfix</summary>');
  expect(source).not.toContain('<details class="plain" open><summary>Exim</summary>');
  expect(source).toContain('<details class="plain others"><summary>Settings of Exim</summary>');
});

test('the facts of a target tell its ports, what they offer on both sides of TLS, and its certificates', () => {
  const { text, elements } = readPage(writeHtml(postfixRun()));
  for (const words of [
    '220 mail.example.test ESMTP Postfix',
    'TLSv1.3 TLS_AES_256_GCM_SHA384',
    // Seen by a check, not by the first look.
    'TLSv1 ECDHE-RSA-AES256-SHA',
    'CN=mail.example.test',
    'sha1WithRSAEncryption',
    'over for 4 days when the run began',
    '27 days left when the run began',
    '1 → 2 (mx, submission, submissions)',
    'What SMTP offers before and inside TLS',
  ])
    expect(text).toContain(words);
  const offers = elements.filter(({ name, path }) => name === 'td' && path.includes('table'));
  const differing = offers.filter(({ attributes }) => attributes.get('class') === 'only');
  // STARTTLS before TLS alone on four ports, AUTH inside it alone on one of the good server.
  expect(differing.length).toBeGreaterThanOrEqual(5);
});

test('what was not asked is told with its number and its reason, and everything else is said to be asked', () => {
  expect(readPage(writeHtml(postfixRun())).text).toContain('6 are no part of the profile');
  const record = postfixRun();
  const whole = {
    ...record,
    targets: record.targets.map((target) => ({
      ...target,
      notSelected: [],
      results: target.results.filter(({ verdict }) => verdict === 'pass'),
    })),
  };
  expect(writeHtml(whole)).toContain(ENGLISH.scope.everything);
});

test('every printed page says what it is about, whatever targets are called', () => {
  const record = postfixRun();
  const targets = record.targets.map((target) => ({ ...target, name: '"; } </style><script>url(x)' }));
  const source = writeHtml({ ...record, targets });
  const [style = ''] = /<style>[\s\S]*?<\/style>/.exec(source) ?? [];
  expect(style).toContain('@top-left { content: "Non\\2d conformant');
  expect(style.match(/<\/?[a-z]+/g)).toEqual(['<style', '</style']);
  expect(style).toContain('\\22 \\3b ');
  expect(style).toContain('counter(pages)');
});
