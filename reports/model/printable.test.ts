import { expect, test } from 'vitest';
import { visible } from '../../harness/evidence/visible.ts';
import { HOSTILE_TEXTS } from '../fixtures/hostile-text.ts';
import { PRINTABLE, printable } from './printable.ts';

test('no code unit and no character survives that a format cannot carry', () => {
  for (let code = 0; code <= 0xffff; code += 1)
    expect(printable(String.fromCharCode(code))).toMatch(PRINTABLE);
  for (const text of HOSTILE_TEXTS) expect(printable(text)).toMatch(PRINTABLE);
});

test('what is in visible notation already stays as it is', () => {
  for (const text of HOSTILE_TEXTS) expect(printable(visible(text))).toBe(visible(text));
});

test('lone surrogates are shown, pairs stay', () => {
  expect(printable('\ud83d🙂\udc00')).toBe('\\u{d83d}🙂\\u{dc00}');
});
