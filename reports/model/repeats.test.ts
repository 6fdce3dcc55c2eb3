import { expect, test } from 'vitest';
import { seeded } from '../../harness/model/seeded.ts';
import { dialogue } from '../fixtures/dialogue.ts';
import { randomRecord } from '../fixtures/random-record.ts';
import { type FoldedLine, foldRepeats } from './repeats.ts';

const shown = (lines: readonly FoldedLine[]) =>
  lines.map(({ text, again }) => (again ? `${text} ×${again.times} (${again.lines})` : text));

test('a server line that comes again and again stands once, with its number', () => {
  const script = `-- role: mx\n${'S: 421 too many\n'.repeat(30)}-- end`;
  expect(shown(foldRepeats(dialogue(script)))).toEqual(['role: mx', '421 too many\\r\\n ×30 (1)', 'end']);
});

test('an exchange that comes again and again stands once, and one that differs is kept', () => {
  const script = `${'C: NOOP\nS: 250 Ok\n'.repeat(3)}C: NOOP\nS: 421 Bye`;
  expect(shown(foldRepeats(dialogue(script)))).toEqual([
    'NOOP\\r\\n',
    '250 Ok\\r\\n ×3 (2)',
    'NOOP\\r\\n',
    '421 Bye\\r\\n',
  ]);
});

test('a violation among equal lines is neither folded away nor multiplied', () => {
  const script = `-- x\n-- x\n!! x\n-- x`;
  const folded = foldRepeats(dialogue(script));
  expect(shown(folded)).toEqual(['x ×2 (1)', 'x', 'x']);
  expect(folded.map(({ mark }) => mark)).toEqual([null, 'violation', null]);
});

test('unfolded again, every dialogue is what it was, times aside', () => {
  for (let seed = 0; seed < 100; seed += 1) {
    const texts = ['a', 'b'];
    const record = randomRecord(seeded(seed), (chance) => chance.among(['a', ...texts]));
    for (const { transcript } of record.targets.flatMap(({ results }) => results)) {
      const unfolded: string[] = [];
      for (const { who, layer, text, mark, again } of foldRepeats(transcript)) {
        unfolded.push(JSON.stringify([who, layer, text, mark]));
        if (!again) continue;
        const block = unfolded.slice(-again.lines);
        for (let time = 1; time < again.times; time += 1) unfolded.push(...block);
      }
      expect(unfolded).toEqual(
        transcript.map(({ who, layer, text, mark }) => JSON.stringify([who, layer, text, mark])),
      );
    }
  }
});
