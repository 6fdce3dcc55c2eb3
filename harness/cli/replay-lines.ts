import pc from 'picocolors';
import { excerpt } from '../../reports/model/excerpt.ts';
import { foldRepeats } from '../../reports/model/repeats.ts';
import { printable } from '../evidence/visible.ts';
import type { TranscriptLine } from '../model/result.ts';
import { VERDICT_GLYPHS } from './glyphs.ts';

/** How much of one message is shown: lines at its begin and its end, and characters of a line. */
const FOLD = { first: 8, last: 2, characters: 400 };
/** Most messages and notes that are shown: those nearest to what did not hold, or the last ones where all held. */
const MOST = 60;
/** An answer of so many lines is not shown again where it came before. */
const LONG_ANSWER = 3;

/** Blanks in front of what is said, so that its further lines stand beneath the first. */
const INDENT = 24;

/**
 * A dialogue as a terminal shows it: time in seconds since the check began, `C` or `S`, the connection where there are
 * several, whether inside TLS, and what was said in visible notation, line by line; verifications that did not hold are
 * marked.
 * @param isWhole false: repetitions, answers that came before, long data, and what is far from anything that did not
 *   hold are folded, each with what is left out
 */
export function replayLines(transcript: readonly TranscriptLine[], isWhole: boolean): string[] {
  const several = new Set(transcript.map(({ connection }) => connection)).size > 2;
  const folded = isWhole
    ? transcript.map((line) => ({ ...line, again: null }))
    : excerpt(foldRepeats(transcript), MOST);
  /** When an answer was shown, by its text. */
  const shown = new Map<string, string>();
  return folded.flatMap((one) => {
    if ('omitted' in one)
      return [pc.dim(`${' '.repeat(INDENT)}… ${one.omitted} more of the dialogue (--all)`)];
    const { again, ...line } = one;
    const at = (line.at / 1_000_000).toFixed(3);
    const time = pc.dim(at.padStart(9));
    const words = wordsOf(line, isWhole);
    const earlier = isWhole || line.who !== 'server' ? undefined : shown.get(line.text);
    if (earlier === undefined) shown.set(line.text, at);
    const [first = '', ...others] =
      earlier === undefined || words.length < LONG_ANSWER
        ? words
        : [words[0] ?? '', `… ${words.length - 1} more lines, as at ${earlier} (--all)`];
    const paint = paintOf(line);
    return [
      `${time}  ${speakerOf(line, several)}${paint(first)}`,
      ...others.map((text) => `${' '.repeat(INDENT)}${paint(text)}`),
      ...(again === null ? [] : [pc.dim(`${' '.repeat(INDENT)}${againLine(again)}`)]),
    ];
  });
}

function againLine({ lines, times }: { readonly lines: number; readonly times: number }): string {
  return `… ${lines === 1 ? 'this' : `these ${lines} lines`} ${times} times in all`;
}

/** Who speaks on which connection, in a column of its own. */
function speakerOf({ who, connection, layer, mark }: TranscriptLine, several: boolean): string {
  const width = INDENT - 11;
  if (mark !== null) {
    const { glyph, paint } = VERDICT_GLYPHS[mark === 'violation' ? 'fail' : 'warn'];
    return paint(`${glyph} ${mark}`.padEnd(width));
  }
  if (who === 'note') return ' '.repeat(width);
  const speaker = who === 'client' ? 'C' : 'S';
  const text = `${speaker} ${(several ? `#${connection}` : '').padEnd(4)} ${layer ?? ''}`.padEnd(width);
  return (who === 'client' ? pc.cyan : pc.yellow)(text);
}

function paintOf({ who, mark }: TranscriptLine): (text: string) => string {
  if (mark !== null) return pc.bold;
  return who === 'note' ? pc.dim : String;
}

/** What is said, a line for each line end in it, which stays to be seen. */
function wordsOf({ text }: TranscriptLine, isWhole: boolean): string[] {
  const lines: string[] = [];
  let line = '';
  // An escaped backslash before `r` is no line end.
  for (const token of printable(text).split(/(\\\\|\\r\\n)/)) {
    line += token;
    if (token !== '\\r\\n') continue;
    lines.push(line);
    line = '';
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return isWhole ? lines : foldLines(lines);
}

function foldLines(lines: readonly string[]): string[] {
  const { first, last } = FOLD;
  const left = lines.length - first - last;
  const kept =
    left > 1 ? [...lines.slice(0, first), `… ${left} more lines (--all)`, ...lines.slice(-last)] : lines;
  return kept.map((line) =>
    line.length <= FOLD.characters
      ? line
      : `${line.slice(0, FOLD.characters)}… ${line.length - FOLD.characters} more characters (--all)`,
  );
}
