import type { RunRecord } from '../../model/record.ts';
import { anchorOf } from './anchor.ts';
import { html, type Safe } from './safe.ts';
import { sectionsOf } from './sections.ts';
import { glyph, toneOf } from './tone.ts';
import { checkText } from './untranslated.ts';
import type { Words } from './words.ts';

const MOST_LISTED = 40;

/** Where things are; findings by name. */
export function contents(record: RunRecord, words: Words): Safe {
  const entry = (id: keyof Words['sections'], count: number | null, below: Safe | null) =>
    html`<li><a href="#${id}">${words.sections[id]}${count === null ? null : html` <span class="count">${count}</span>`}</a>${below}</li>`;
  const several = record.targets.length > 1;
  return html`<nav class="contents" aria-label="${words.contents}"><ol>
${entry('run', null, null)}${entry('targets', null, null)}${entry('overview', null, null)}${record.profile.clauses.length > 0 ? entry('clauses', record.profile.clauses.length, null) : null}${entry('matrix', null, null)}
${sectionsOf(record)
  .filter(([, results]) => results.length > 0)
  .map(([name, results]) =>
    entry(
      name,
      results.length,
      name === 'finding' || name === 'unsettled'
        ? html`<ol>${results
            .slice(0, MOST_LISTED)
            .map(
              (result) =>
                html`<li><a class="${toneOf(result)}" href="#${anchorOf(record, result)}" title="${checkText(record, result, 'title', words).text}">${glyph(result.verdict)} ${result.check}${several ? html` <span>${result.target}</span>` : null}</a></li>`,
            )}</ol>`
        : null,
    ),
  )}
${record.counts.notSelected > 0 ? entry('notSelected', record.counts.notSelected, null) : null}${entry('legend', null, null)}
</ol></nav>`;
}
