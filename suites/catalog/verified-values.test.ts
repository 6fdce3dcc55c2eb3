import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SUITES = fileURLToPath(new URL('..', import.meta.url));
const FILES = globSync('**/*.ts', { cwd: SUITES }).filter(
  (file) => !file.endsWith('.test.ts') && !file.startsWith('proof/'),
);

/** Whole calls of `that(`, by their place. */
function callsOfThat(file: string): { readonly place: string; readonly call: string }[] {
  const source = readFileSync(`${SUITES}${file}`, 'utf8');
  return [...source.matchAll(/\bthat\(/g)].map(({ index }) => {
    let depth = 0;
    let end = index;
    do {
      if (source[end] === '(') depth += 1;
      if (source[end] === ')') depth -= 1;
      end += 1;
    } while (end < source.length && (depth > 0 || !source.slice(index, end).includes('(')));
    const line = source.slice(0, index).split('\n').length;
    return { place: `suites/${file}:${line}`, call: source.slice(index, end) };
  });
}

const CALLS = FILES.flatMap(callsOfThat);

test('there are calls to look at', () => {
  expect(CALLS.length).toBeGreaterThan(100);
  expect(CALLS.every(({ call }) => call.includes('demand') || call.includes(','))).toBe(true);
});

test('a condition that is always the same is written as met or missed', () => {
  expect(CALLS.filter(({ call }) => /^that\(\s*(true|false)\b/.test(call)).map(({ place }) => place)).toEqual(
    [],
  );
});

test('what is shown beside a condition comes from a value, so that it cannot contradict the condition', () => {
  expect(CALLS.filter(({ call }) => /\bactual:\s*'[^']*'/.test(call)).map(({ place }) => place)).toEqual([]);
});
