import { expect, test } from 'vitest';
import { type Duration, milliseconds } from './duration.ts';

test.each<[Duration, number]>([
  ['250ms', 250],
  ['8s', 8_000],
  ['1.5s', 1_500],
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['0ms', 0],
])('%s is %i ms', (duration, ms) => {
  expect(milliseconds(duration)).toBe(ms);
});

test.each(['', '8', 's', '8 s', '-8s', '8S', '8sec', '1e3s', '8s ', 'Infinitys', '٨s'])(
  '"%s" is no duration',
  (text) => {
    expect(() => milliseconds(text as Duration)).toThrow(/Expected a duration such as 8s/);
  },
);
