import { OUTCOMES, type Outcome } from '../model/outcome.ts';
import type { Row } from './row.ts';
import { Unreadable } from './unreadable.ts';

const RESULT =
  /<(?:details|p) class="[a-z ]*" data-target="([^"<]*)" data-check="([^"<]*)" data-verdict="([^"<]*)" data-outcome="([^"<]*)"/g;
const COUNT = /<data value="(\d+)" data-count="([a-z-]+)">(\d+)<\/data>/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** The rows that an HTML report states. @throws Unreadable, also when its legend counts differently */
export function rowsOfHtml(source: string): Row[] {
  if (!source.endsWith('</html>\n')) throw new Unreadable('The file does not end with the page.');
  const rows = [...source.matchAll(RESULT)].map(
    ([, target = '', check = '', verdict = '', outcome = '']) => ({
      target: decode(target),
      check: decode(check),
      verdict,
      outcome: outcomeOfWord(outcome),
    }),
  );
  const marked = source.split('data-outcome="').length - 1;
  if (rows.length !== marked) {
    throw new Unreadable(`${marked} results are marked, ${rows.length} of them can be read.`);
  }
  const counts = [...source.matchAll(COUNT)];
  if (counts.length === 0) throw new Unreadable('The legend with its counts is missing.');
  for (const [, value, verdict, shown] of counts) {
    // Obstacles are shown like errors, but the legend counts checks.
    const found = rows.filter((row) => row.verdict === verdict && /^[A-Z0-9]+-\d/.test(row.check)).length;
    if (value !== shown || Number(value) !== found) {
      throw new Unreadable(`The legend counts ${shown} × ${verdict}, the page shows ${found}.`);
    }
  }
  return rows;
}

function outcomeOfWord(word: string): Outcome {
  const outcome = OUTCOMES.find((candidate) => candidate === word);
  if (!outcome) throw new Unreadable(`"${word}" is no outcome.`);
  return outcome;
}

function decode(text: string): string {
  return text.replace(/&[^;]*;/g, (entity) => ENTITIES[entity] ?? entity);
}
