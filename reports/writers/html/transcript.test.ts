import { expect, test } from 'vitest';
import { readPage } from '../../consumers/html.ts';
import { dialogue } from '../../fixtures/dialogue.ts';
import { transcript } from './transcript.ts';
import { WORDS } from './words.ts';

/** What lies open, and what is folded away, line by line. */
function shown(script: string, limit = 60): { readonly open: string; readonly folded: string } {
  const made = transcript(
    { transcript: dialogue(script), transcriptOmitted: 0, label: 'x' },
    limit,
    WORDS.en,
  );
  const markup = made?.markup ?? '';
  const open = markup.replace(/<details class="more">.*?<\/details>/gs, '');
  const folded = [...markup.matchAll(/<details class="more">.*?<\/details>/gs)].join('');
  return { open: readPage(open).text, folded: readPage(`<div>${folded}</div>`).text };
}

const opening = Array.from({ length: 30 }, (_, index) => `S: 250 step ${index}`).join('\n');

test('opens at the violation, with the lines that led to it', () => {
  const { open, folded } = shown(`${opening}\n!! nothing is relayed — expected 550, found 250\nS: 221 Bye`);
  expect(open).toContain('nothing is relayed — expected 550, found 250');
  expect(open).toContain('250 step 29');
  expect(open.indexOf('250 step 25')).toBeLessThan(open.indexOf('nothing is relayed'));
  expect(open).not.toContain('250 step 2\\r\\n');
  expect(folded).toContain('250 step 2\\r\\n');
});

test('without a violation it opens at the end, where it stopped', () => {
  const { open, folded } = shown(`${opening}\n-- waited for a reply: nothing within 60000 ms`);
  expect(open).toContain('nothing within 60000 ms');
  expect(open).not.toContain('250 step 3\\r\\n');
  expect(folded).toContain('250 step 3\\r\\n');
});

test('nothing is folded away that is as short as its fold, and nothing is lost', () => {
  expect(shown('C: NOOP\nS: 250 Ok\n!! bad\nS: 250 Ok').folded).toBe('');
  const { open, folded } = shown(`${opening}\n!! bad`);
  for (let index = 0; index < 30; index += 1) expect(open + folded).toContain(`250 step ${index}\\r\\n`);
});

test('an answer that repeats stands once, with its number', () => {
  const { open } = shown(`${'S: 421 too many\n'.repeat(50)}!! it answers`);
  expect(open.split('421 too many')).toHaveLength(2);
  expect(open).toContain('The line above came 50 times.');
});
