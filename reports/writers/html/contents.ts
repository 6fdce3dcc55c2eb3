import type { GatedResult, RunRecord } from '../../model/record.ts';
import { standingOf } from '../../model/standing.ts';
import { anchorOf } from './anchor.ts';
import { hasCauses } from './causes.ts';
import { numberOf } from './number.ts';
import { type Content, html, type Safe } from './safe.ts';
import { LOUD, QUIET, type SectionName, sectionsOf } from './sections.ts';
import { hasTimeline } from './timeline.ts';
import { glyph } from './tone.ts';
import { checkText } from './untranslated.ts';
import type { Words } from './words.ts';

const MOST_LISTED = 40;

/** The sections whose results are named. */
const LISTED: readonly SectionName[] = ['finding', 'unsettled'];

/** Where things are; findings by name. */
export function contents(record: RunRecord, words: Words): Safe {
  const entry = (id: keyof Words['sections'], count: Content, below: Safe | null) =>
    html`<li><a href="#${id}">${words.sections[id]}${count === null ? null : html` <span class="count">${count}</span>`}</a>${below}</li>`;
  const ran = record.targets.reduce((sum, target) => sum + (target.controls ?? []).length, 0);
  const sections = (names: readonly SectionName[]) =>
    sectionsOf(record)
      .filter(([name, results]) => names.includes(name) && results.length > 0)
      .map(([name, results]) =>
        entry(name, numberOf(results, name), LISTED.includes(name) ? listed(record, results, words) : null),
      );
  return html`<nav class="contents" aria-label="${words.contents}"><ol>
${hasCauses(record) ? entry('causes', null, null) : null}${entry('scope', null, null)}${entry('overview', null, null)}${sections(LOUD)}${record.profile.clauses.length > 0 ? entry('clauses', record.profile.clauses.length, null) : null}${entry('matrix', null, null)}${sections(QUIET)}
${ran > 0 ? entry('controls', ran, null) : null}${entry('targets', null, null)}${entry('run', null, null)}${hasTimeline(record) ? entry('timeline', null, null) : null}${record.counts.notSelected > 0 ? entry('notSelected', record.counts.notSelected, null) : null}${entry('legend', null, null)}
</ol></nav>`;
}

function listed(record: RunRecord, results: readonly GatedResult[], words: Words): Safe {
  const several = record.targets.length > 1;
  return html`<ol>${results
    .slice(0, MOST_LISTED)
    .map(
      (result) =>
        html`<li><a class="${standingOf(result)}" href="#${anchorOf(record, result)}" title="${checkText(record, result, 'title', words).text}">${glyph(result.verdict)} ${result.check}${several ? html` <span>${result.target}</span>` : null}</a></li>`,
    )}</ol>`;
}
