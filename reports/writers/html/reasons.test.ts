import { expect, test } from 'vitest';
import { seeded } from '../../../harness/model/seeded.ts';
import { Silence, TlsFailed, Unreachable } from '../../../harness/wire/failures.ts';
import { readPage } from '../../consumers/html.ts';
import { visibleText } from '../../fixtures/hostile-text.ts';
import { reasonIn } from './reasons.ts';
import { WORDS } from './words.ts';

const shown = (reason: string, language: 'en' | 'ja' = 'ja') =>
  readPage(`<p>${reasonIn(reason, WORDS[language]).markup}</p>`);

test.each([
  ['The check was planned and left no result.', '検査は予定されていましたが、結果が残りませんでした。'],
  [
    'mx: The target has no lab, and this check needs one.',
    'mx：対象には検査環境（lab）がなく、この検査はそれを必要とします。',
  ],
  [
    'mx: Mail is refused: expected 5yz, found 250 2.1.5 Ok. (3 of 10 variants)',
    'mx：Mail is refused：期待 5yz、実際 250 2.1.5 Ok。（10 試行中 3 件）',
  ],
  ['mx: x: expected a, found b. (6 of 6 variants).', 'mx：x：期待 a、実際 b。（6 試行中 6 件）'],
  [
    'imap does not offer STARTTLS. Observed: CAPABILITY IMAP4rev1',
    'imap は STARTTLS を提供していません。観測：CAPABILITY IMAP4rev1',
  ],
  [
    'mx: x is y: expected a, found b. Afterwards the target no longer answered.',
    'mx：x is y：期待 a、実際 b。その後、対象は応答しなくなりました。',
  ],
])('%s', (reason, japanese) => {
  expect(shown(reason).text).toBe(japanese);
  expect(shown(reason, 'en').text).toBe(reason);
});

test('sentences of failures on the wire are those that are known', () => {
  for (const failure of [
    new Unreachable('127.0.0.1:25', 'ECONNREFUSED'),
    new Silence(10_000, 'a reply to EHLO'),
    new TlsFailed('127.0.0.1:465', 'alert 40'),
  ]) {
    expect(shown(`mx: ${failure.message}`).text).toMatch(/[ぁ-ん]/);
  }
});

test('what is quoted, and what is not ours, says that it is English', () => {
  const { elements } = shown('mx: Mail is refused: expected 5yz, found 250 2.1.5 Ok.');
  const spans = elements.filter(({ name }) => name === 'span');
  expect(spans).toHaveLength(4);
  for (const { attributes } of spans) expect(attributes.get('lang')).toBe('en');
  expect(
    shown('Something that no template has').elements.map(({ attributes }) => attributes.get('lang')),
  ).toContain('en');
});

test('nothing a server sent is lost or becomes markup', () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const text = visibleText(seeded(seed));
    expect(shown(`mx: x: expected a, found ${text}.`).text).toContain(text.replace(/\.$/, ''));
    expect(shown(text, 'en').text).toContain(text);
  }
});
