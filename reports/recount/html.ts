import { OUTCOMES, type Outcome } from '../model/outcome.ts';
import type { Row } from './row.ts';
import { Unreadable } from './unreadable.ts';

const RESULT =
  /<(?:details|p) class="([a-zA-Z ]*)" data-target="([^"<]*)" data-check="([^"<]*)" data-verdict="([^"<]*)" data-outcome="([^"<]*)"(?: data-suite="([^"<]*)" data-severity="([^"<]*)")?/g;
const COUNT = /<data value="(\d+)" data-count="([a-z-]+)">(\d+)<\/data>/g;
const OUTCOME_COUNT = /<data value="(\d+)" data-outcomes="([a-z]+)">(\d+)<\/data>/g;
const NUMBER =
  /<data value="(\d+)" data-standing="([a-zA-Z]+)"(?: data-of="([^"<]*)")?(?: data-suite="([^"<]*)")?(?: data-severity="([^"<]*)")?>(\d+)<\/data>/g;
const MARK = /<td><a class="([a-zA-Z]+)" href=/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** A row, and what of it only a page says. */
interface ShownRow extends Row {
  /** What its colour says; `obstacle` where no check stands for the row. */
  readonly standing: string;
  readonly suite: string;
  readonly severity: string;
}

/** The rows that an HTML report states. @throws Unreadable, also when any number on it counts differently */
export function rowsOfHtml(source: string): Row[] {
  if (!source.endsWith('</html>\n')) throw new Unreadable('The file does not end with the page.');
  const rows = [...source.matchAll(RESULT)].map(
    ([, look = '', target = '', check = '', verdict = '', outcome = '', suite = '', severity = '']) => ({
      target: decode(target),
      check: decode(check),
      verdict,
      outcome: outcomeOfWord(outcome),
      standing: look.split(' ').at(-1) ?? '',
      suite,
      severity,
    }),
  );
  const marked = source.split('data-outcome="').length - 1;
  if (rows.length !== marked) {
    throw new Unreadable(`${marked} results are marked, ${rows.length} of them can be read.`);
  }
  recountLegend(source, rows);
  recountStandings(source, rows);
  return rows.map(({ target, check, verdict, outcome }) => ({ target, check, verdict, outcome }));
}

function recountLegend(source: string, rows: readonly ShownRow[]): void {
  const counts = [...source.matchAll(COUNT)];
  if (counts.length === 0) throw new Unreadable('The legend with its counts is missing.');
  for (const [, value, verdict, shown] of counts) {
    // Obstacles are shown like errors, but the legend counts checks.
    const found = rows.filter((row) => row.verdict === verdict && row.standing !== 'obstacle').length;
    if (value !== shown || Number(value) !== found) {
      throw new Unreadable(`The legend counts ${shown} × ${verdict}, the page shows ${found}.`);
    }
  }
  const outcomes = [...source.matchAll(OUTCOME_COUNT)];
  if (outcomes.length !== OUTCOMES.length) throw new Unreadable('The counts of other reports are missing.');
  for (const [, value, outcome, shown] of outcomes) {
    const found = rows.filter((row) => row.outcome === outcome).length;
    if (value !== shown || Number(value) !== found) {
      throw new Unreadable(`Other reports are said to count ${shown} × ${outcome}, the page shows ${found}.`);
    }
  }
}

/** Every number that says what it counts, wherever it stands, and the marks of the matrix. */
function recountStandings(source: string, rows: readonly ShownRow[]): void {
  const numbers = [...source.matchAll(NUMBER)];
  const marked = source.split(' data-standing="').length - 1;
  if (numbers.length !== marked) {
    throw new Unreadable(`${marked} numbers are marked, ${numbers.length} of them can be read.`);
  }
  for (const [, value, standing, of, suite, severity, shown] of numbers) {
    const found = rows.filter(
      (row) =>
        row.standing === standing &&
        (of === undefined || row.target === decode(of)) &&
        (suite === undefined || row.suite === suite) &&
        (severity === undefined || row.severity === severity),
    ).length;
    if (value !== shown || Number(value) !== found) {
      const where = [of, suite, severity].filter((part) => part !== undefined).join(', ');
      throw new Unreadable(
        `The page says ${shown} × ${standing}${where === '' ? '' : ` (${where})`}, it shows ${found}.`,
      );
    }
  }
  const marks = new Map<string, number>();
  for (const [, standing = ''] of source.matchAll(MARK)) marks.set(standing, (marks.get(standing) ?? 0) + 1);
  for (const standing of new Set([...marks.keys(), ...rows.map((row) => row.standing)])) {
    if (standing === 'obstacle') continue;
    const found = rows.filter((row) => row.standing === standing).length;
    if (found !== (marks.get(standing) ?? 0)) {
      throw new Unreadable(
        `The matrix has ${marks.get(standing) ?? 0} × ${standing}, the sections have ${found}.`,
      );
    }
  }
}

/** An outcome as a page names it. @throws Unreadable */
export function outcomeOfWord(word: string): Outcome {
  const outcome = OUTCOMES.find((candidate) => candidate === word);
  if (!outcome) throw new Unreadable(`"${word}" is no outcome.`);
  return outcome;
}

/** A text of a page as it was before it was escaped. */
export function decode(text: string): string {
  return text.replace(/&[^;]*;/g, (entity) => ENTITIES[entity] ?? entity);
}
