import { decode, outcomeOfWord } from './html.ts';
import type { TestReport } from './test-cases.ts';
import { Unreadable } from './unreadable.ts';

const CHECK =
  /<tr class="[a-zA-Z]*" data-target="([^"<]*)" data-check="([^"<]*)" data-verdict="([^"<]*)" data-outcome="([^"<]*)">/g;
const CASE =
  /<tr class="[a-zA-Z]*" data-case="([^"<]*)" data-of="([^"<]*)" data-by="([^"<]*)" data-claimed="([^"<]*)" data-state="([^"<]*)">/g;
const COUNT =
  /<data value="(\d+)" data-cases="([a-z-]+)" data-of="([^"<]*)" data-by="([^"<]*)">(\d+)<\/data>/g;

/** What an HTML report of test specifications states. @throws Unreadable */
export function readTestReportHtml(source: string): TestReport {
  if (!source.endsWith('</html>\n')) throw new Unreadable('The file does not end with the page.');
  const all = (form: RegExp, mark: string) => {
    const found = [...source.matchAll(form)].map((match) => match.map((part) => decode(part ?? '')));
    const marked = source.split(` ${mark}="`).length - 1;
    if (found.length !== marked)
      throw new Unreadable(`${mark} is marked ${marked} times, ${found.length} of them can be read.`);
    return found;
  };
  return {
    rows: all(CHECK, 'data-check').map(([, target = '', check = '', verdict = '', outcome = '']) => ({
      target,
      check,
      verdict,
      outcome: outcomeOfWord(outcome),
    })),
    cases: all(CASE, 'data-case').map(
      ([, id = '', target = '', specification = '', claimed = '', state = '']) => ({
        target,
        specification,
        id,
        claimed,
        state,
      }),
    ),
    counts: all(COUNT, 'data-cases').map(
      ([, value = '', state = '', target = '', specification = '', shown = '']) => {
        if (value !== shown) throw new Unreadable(`A number says ${value} and shows ${shown}.`);
        return { target, specification, state, count: Number(shown) };
      },
    ),
  };
}
