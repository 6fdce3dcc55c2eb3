import { expect, test } from 'vitest';
import { type ExcerptLine, excerpt } from './excerpt.ts';
import type { TranscriptLine } from './vocabulary.ts';

function lines(count: number, ...marked: number[]): TranscriptLine[] {
  return Array.from({ length: count }, (_, seq) => ({
    seq,
    at: seq,
    connection: 1,
    who: 'server',
    layer: 'clear',
    text: `line ${seq}`,
    mark: marked.includes(seq) ? 'violation' : null,
  }));
}

function shape(excerpted: readonly ExcerptLine[]): (number | string)[] {
  return excerpted.map((line) => ('omitted' in line ? `${line.omitted} omitted` : line.seq));
}

test('a short transcript is shown whole', () => {
  expect(shape(excerpt(lines(3), 3))).toEqual([0, 1, 2]);
  expect(excerpt([], 3)).toEqual([]);
});

test('of a long one the end is shown where nothing is marked', () => {
  expect(shape(excerpt(lines(10), 3))).toEqual(['7 omitted', 7, 8, 9]);
});

test('the marked lines and what led to them are kept, each gap with its length', () => {
  expect(shape(excerpt(lines(100, 20, 80), 6))).toEqual([
    '18 omitted',
    18,
    19,
    20,
    '57 omitted',
    78,
    79,
    80,
    '19 omitted',
  ]);
});
