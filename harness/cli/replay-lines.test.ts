import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { dialogue } from '../../reports/fixtures/dialogue.ts';
import { HOSTILE_TEXTS } from '../../reports/fixtures/hostile-text.ts';
import { logLine } from '../evidence/log-line.ts';
import { visible } from '../evidence/visible.ts';
import type { TranscriptLine } from '../model/result.ts';
import { replayLines } from './replay-lines.ts';

const shown = (lines: readonly TranscriptLine[], isWhole = false) =>
  replayLines(lines, isWhole).map(stripVTControlCharacters);
const said = (text: string): TranscriptLine => ({
  seq: 1,
  at: 1_500_000,
  connection: 1,
  who: 'server',
  layer: 'tls',
  text,
  mark: null,
});

describe('a dialogue in the terminal', () => {
  test('has time, direction, layer, line ends and marks', () => {
    const script = `
      S: 220 mail
      C: EHLO a
      S: 250-mail | 250 STARTTLS
      == TLS established
      C: NOOP
      !! it answers — expected 250, found 500
      ?? it is quick — expected yes, found no
      -- client closed the connection`;
    expect(shown(dialogue(script))).toEqual([
      '    0.001  S      clear 220 mail\\r\\n',
      '    0.011  C      clear EHLO a\\r\\n',
      '    0.020  S      clear 250-mail\\r\\n',
      '                        250 STARTTLS\\r\\n',
      '    0.029               TLS established',
      '    0.038  C      tls   NOOP\\r\\n',
      '    0.047  ✗ violation  it answers — expected 250, found 500',
      '    0.056  ! deviation  it is quick — expected yes, found no',
      '    0.065               client closed the connection',
    ]);
  });

  test('names connections where there are several', () => {
    const lines = [1, 2, 3].map((connection) => ({ ...said('250 ok'), connection }));
    expect(shown(lines, true)).toEqual([
      '    1.500  S #1   tls   250 ok',
      '    1.500  S #2   tls   250 ok',
      '    1.500  S #3   tls   250 ok',
    ]);
  });

  test('folds long data and repetitions, and with --all nothing', () => {
    const long = Array.from({ length: 40 }, (_, index) => `line ${index}\\r\\n`).join('');
    const folded = shown([said(long), said('x'.repeat(500)), said('y'), said('y'), said('y')]);
    expect(folded).toHaveLength(8 + 1 + 2 + 1 + 2);
    expect(folded[8]?.trim()).toBe('… 30 more lines (--all)');
    expect(folded[11]).toMatch(/x{400}… 100 more characters \(--all\)$/);
    expect(folded.at(-1)?.trim()).toBe('… this 3 times in all');
    const whole = shown([said(long), said('x'.repeat(500)), said('y'), said('y'), said('y')], true);
    expect(whole).toHaveLength(40 + 1 + 3);
    expect(whole.join('\n')).not.toContain('…');
  });

  test('shows a long answer once, and says when', () => {
    const answer = said('250-mail\\r\\n250-SIZE\\r\\n250 STARTTLS\\r\\n');
    const lines = [answer, said('220 go\\r\\n'), { ...answer, at: 2_000_000 }, said('221 bye\\r\\n')];
    expect(shown(lines)).toEqual([
      '    1.500  S      tls   250-mail\\r\\n',
      '                        250-SIZE\\r\\n',
      '                        250 STARTTLS\\r\\n',
      '    1.500  S      tls   220 go\\r\\n',
      '    2.000  S      tls   250-mail\\r\\n',
      '                        … 2 more lines, as at 1.500 (--all)',
      '    1.500  S      tls   221 bye\\r\\n',
    ]);
    expect(shown(lines, true)).toHaveLength(8);
  });

  test('keeps what is nearest to what did not hold, or the end, and counts the rest', () => {
    const steps = Array.from({ length: 200 }, (_, index) => said(`250 step ${index}`));
    const passed = shown(steps);
    expect(passed).toHaveLength(61);
    expect(passed[0]?.trim()).toBe('… 140 more of the dialogue (--all)');
    expect(passed.at(-1)).toContain('250 step 199');
    const failed = shown(steps.map((line, index) => (index === 100 ? { ...line, mark: 'violation' } : line)));
    expect(failed.join('\n')).toContain('✗ violation');
    expect(failed.filter((line) => line.includes('more of the dialogue'))).toHaveLength(2);
    expect(shown(steps, true)).toHaveLength(200);
  });

  test('an escaped backslash before r and n is no line end', () => {
    expect(shown([said('a\\\\r\\n')])).toHaveLength(1);
  });

  test('whatever a server sent, a terminal shows it and no CI obeys it', () => {
    for (const text of HOSTILE_TEXTS) {
      const lines = [
        ...shown([said(visible(text)), { ...said(text), who: 'note' }], true),
        ...shown([said(`250-x\\r\\n${visible(text)}`)], true),
      ];
      for (const line of lines.map(logLine)) {
        expect(line).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u);
        expect(line).not.toMatch(/^\s*::|##\[|##vso\[|##teamcity\[/i);
      }
    }
  });
});
