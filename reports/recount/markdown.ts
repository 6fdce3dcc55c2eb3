import { OUTCOMES, type Outcome } from '../model/outcome.ts';
import type { Row } from './row.ts';
import { Unreadable } from './unreadable.ts';

const HEADING = /^## (?:✓|✗|\?|‼) (`+)(.*)\1: [a-z -]+$/;
/** Numbers with the words of page one of the HTML report, and the outcome that other reports know each by. */
const STANDING: Readonly<Record<string, Outcome>> = {
  finding: 'failed',
  findings: 'failed',
  unsettled: 'errored',
  waived: 'skipped',
  'failed, not required': 'passed',
  advice: 'passed',
  'open, not required': 'skipped',
  passed: 'passed',
  'not applicable': 'skipped',
};
const WORDS = Object.keys(STANDING).join('|');
const COUNTS = new RegExp(
  `^(?:nothing was asked|\\d+ (?:${WORDS})(?: · \\d+ (?:${WORDS}))*)(?: · \\d+ not selected)?$`,
);
const ITEM = /^- (✗|‼|~) \*\*([A-Za-z0-9 -]+)\*\* \(([a-z-]+)(?:, [a-z]+)?\)/;
/** One item may name every check that is open for the same reason. */
const CODES = /^[A-Z0-9]+-\d{3}(?: [A-Z0-9]+-\d{3})*$/;
const OUTCOME: Readonly<Record<string, Outcome>> = { '✗': 'failed', '‼': 'errored', '~': 'skipped' };

/** What a summary says of a result: of those that it only counts, the outcome alone. */
export function summarized(row: Row): Row {
  const listed =
    row.outcome === 'failed' ||
    row.outcome === 'errored' ||
    (row.outcome === 'skipped' && row.verdict !== 'not-applicable');
  return listed ? row : { target: row.target, check: '', verdict: '', outcome: row.outcome };
}

/** The rows that a Markdown summary states. @throws Unreadable, also when it lists more than it counts */
export function rowsOfMarkdown(source: string): Row[] {
  const lines = source.split('\n');
  if (!lines.at(-2)?.startsWith('Every check, '))
    throw new Unreadable('The file does not end with its last line.');
  const rows: Row[] = [];
  let target: string | null = null;
  let counts: ReadonlyMap<Outcome, number> | null = null;
  let listed: Row[] = [];
  const close = () => {
    if (target !== null) rows.push(...listed, ...unlisted(target, counts, listed));
    listed = [];
    counts = null;
  };
  for (const [index, line] of lines.entries()) {
    const [, , heading] = HEADING.exec(line) ?? [];
    if (line.startsWith('## ') && heading === undefined)
      throw new Unreadable(`Line ${index + 1} must be the heading of a target.`);
    if (heading !== undefined) {
      close();
      target = spanned(heading);
    }
    if (COUNTS.test(line)) counts = countsOf(line);
    const [, glyph = '', check, verdict = ''] = ITEM.exec(line) ?? [];
    if (line.startsWith('- ') && check === undefined)
      throw new Unreadable(`Line ${index + 1} must be an item with its check.`);
    if (check !== undefined && target !== null) {
      const outcome = OUTCOME[glyph] ?? 'errored';
      const codes = CODES.test(check) ? check.split(' ') : [check];
      for (const code of codes) listed.push({ target, check: code, verdict, outcome });
    }
  }
  close();
  return rows;
}

function countsOf(line: string): ReadonlyMap<Outcome, number> {
  const counts = new Map<Outcome, number>(OUTCOMES.map((outcome) => [outcome, 0]));
  for (const part of line.split(' · ')) {
    const [, count, word = ''] = /^(\d+) (.*)$/.exec(part) ?? [];
    const outcome = STANDING[word];
    if (outcome !== undefined) counts.set(outcome, (counts.get(outcome) ?? 0) + Number(count));
  }
  return counts;
}

function unlisted(
  target: string,
  counts: ReadonlyMap<Outcome, number> | null,
  listed: readonly Row[],
): Row[] {
  if (counts === null) {
    // The run as a whole has no checks, and what kept it from its end is listed.
    if (target === 'mailspec') return [];
    throw new Unreadable(`The counts of ${target} are missing.`);
  }
  return [...counts].flatMap(([outcome, count]) => {
    // What kept a target from coming to anything is listed, and no check.
    const found = listed.filter((row) => row.outcome === outcome && CODES.test(row.check)).length;
    const due = outcome === 'failed' || outcome === 'errored' ? found : Math.max(found, count);
    if (due !== count) throw new Unreadable(`${target} counts ${count} × ${outcome}, and lists ${found}.`);
    return Array.from({ length: count - found }, () => ({ target, check: '', verdict: '', outcome }));
  });
}

/** The text of a code span, whose padding is one space on each side (CommonMark §6.1). */
export function spanned(content: string): string {
  if (content.trim() === '') return content.slice(1);
  return content.startsWith(' ') && content.endsWith(' ') ? content.slice(1, -1) : content;
}
