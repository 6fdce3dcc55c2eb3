import { OUTCOMES } from '../model/outcome.ts';
import { spanned } from './markdown.ts';
import type { Row } from './row.ts';
import type { StatedCase, StatedCount, TestReport } from './test-cases.ts';
import { Unreadable } from './unreadable.ts';

const CASES_OF = /^### (`+)(.*?)\1 (`+).*?\3 on (`+)(.*)\4: [a-z, :]+$/;
const CHECKS_OF = /^### Checks on (`+)(.*)\1$/;
const MODULE = /^#### .*, claimed: (yes|no|not stated): [a-z, :]+$/;
const CASE = /^- (`+)(.*?)\1 ([a-z ]+): /;
const COUNTS = /^Cases: (.*)\.$/;
const COUNT = /^(\d+) ([a-z ]+)$/;
const CHECK = /^- \*\*([A-Z0-9]+-\d+)\*\* \(([a-z-]+), ([a-z]+)\) /;

/** What a Markdown report of test specifications states. @throws Unreadable */
export function readTestReportMarkdown(source: string): TestReport {
  if (!source.startsWith('# Test report by ') || !source.endsWith('\n'))
    throw new Unreadable('The file does not begin with its heading and end with a whole line.');
  const rows: Row[] = [];
  const cases: StatedCase[] = [];
  const counts: StatedCount[] = [];
  let target = '';
  let part: 'none' | 'cases' | 'checks' = 'none';
  let specification = '';
  let claimed = '';
  for (const line of source.split('\n')) {
    const [, , id, , , of] = CASES_OF.exec(line) ?? [];
    const [, , checked] = CHECKS_OF.exec(line) ?? [];
    if (line.startsWith('## ')) part = 'none';
    if (id !== undefined && of !== undefined) {
      part = 'cases';
      specification = spanned(id);
      target = spanned(of);
    } else if (checked !== undefined) {
      part = 'checks';
      target = spanned(checked);
    }
    const [, said] = MODULE.exec(line) ?? [];
    if (said !== undefined) claimed = said === 'not stated' ? 'unstated' : said;
    if (part === 'cases') {
      const [, counted = ''] = COUNTS.exec(line) ?? [];
      for (const one of counted === '' ? [] : counted.split(', ')) {
        const [, count = '', state = ''] = COUNT.exec(one) ?? [];
        counts.push({ target, specification, state: named(state), count: Number(count) });
      }
      const [, , own, state] = CASE.exec(line) ?? [];
      if (own !== undefined && state !== undefined)
        cases.push({ target, specification, id: spanned(own), claimed, state: named(state) });
      else if (line.startsWith('- ')) throw new Unreadable('A line with a test case cannot be read.');
    }
    if (part === 'checks' && line.startsWith('- ')) {
      const [, check, verdict = '', word] = CHECK.exec(line) ?? [];
      const outcome = OUTCOMES.find((one) => one === word);
      if (check === undefined || outcome === undefined)
        throw new Unreadable('A line with a check cannot be read.');
      rows.push({ target, check, verdict, outcome });
    }
  }
  return { rows, cases, counts };
}

/** A state by the words that people read. */
function named(words: string): string {
  return words.replaceAll(' ', '-');
}
