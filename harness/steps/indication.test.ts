import { expect, test } from 'vitest';
import { slowedDown } from './indication.ts';

const seen = (...times: readonly number[]) => times.map((ms) => ({ ms, indication: '535' }));

test('a server that makes each failure wait longer slows down', () => {
  expect(slowedDown(seen(1_500, 9_600, 1_800))).toBe('1500, 9600, 1800 ms');
});

test.each([
  ['one that is slow each time alike', [2_010, 2_050, 2_001]],
  ['one that is fast', [3, 40, 5]],
  ['one whose first failure took longest', [900, 20, 30]],
])('%s does not', (_, times) => {
  expect(slowedDown(seen(...times))).toBeUndefined();
});
