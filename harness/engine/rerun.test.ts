import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { HOSTILE_TEXTS } from '../../reports/fixtures/hostile-text.ts';
import { rerunCommand, shellWord } from './rerun.ts';

test('a rerun repeats what differs from a run without options', () => {
  expect(rerunCommand('shop', 'STLS-001')).toBe('npx --no -- mailspec audit shop --only STLS-001');
  expect(rerunCommand('shop', 'STLS-001', ['--targets', 'my targets.yaml', '--profile', 'rfc-strict'])).toBe(
    "npx --no -- mailspec audit shop --only STLS-001 --targets 'my targets.yaml' --profile rfc-strict",
  );
});

test('a shell reads back every word, and every word is printable', () => {
  // No file can have NUL in its name.
  const words = HOSTILE_TEXTS.map((text) => text.toWellFormed().replaceAll('\0', '')).filter(
    (text) => text !== '',
  );
  const script = `for word in ${words.map(shellWord).join(' ')}; do printf '%s\\0' "$word"; done`;
  expect(script).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u);
  const read = execFileSync('bash', ['-c', script], { encoding: 'utf8', maxBuffer: 1_048_576 });
  expect(read.split('\0').slice(0, -1)).toEqual(words);
});

test('an empty word stays a word', () => {
  expect(shellWord('')).toBe("''");
});
