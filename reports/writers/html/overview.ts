import type { GatedResult, RunRecord } from '../../model/record.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { STANDINGS } from '../../model/standing.ts';
import { suitesOf } from '../../model/suites-of.ts';
import { bar } from './bar.ts';
import { numberOf, partsOf, type Scope } from './number.ts';
import { html, type Safe } from './safe.ts';
import type { Words } from './words.ts';

interface Group {
  readonly name: string;
  readonly note: string;
  readonly holds: (result: GatedResult) => boolean;
  readonly about: Pick<Scope, 'suite' | 'severity'>;
}

/** How many results of each suite and severity came to what, as bars. */
export function overview(record: RunRecord, words: Words): Safe {
  const suites = suitesOf(record).map(
    (suite): Group => ({
      name: suite.slug,
      note: words.topic(suite),
      holds: (result) => result.suite === suite.slug,
      about: { suite: suite.slug },
    }),
  );
  const severities = SEVERITIES.map(
    (severity): Group => ({
      name: words.severities[severity].name,
      note: words.severities[severity].meaning,
      holds: (result) => result.severity === severity,
      about: { severity },
    }),
  );
  return html`<section id="overview"><h2>${words.sections.overview}</h2>
<p class="key">${STANDINGS.map((one) => html`<span class="${one}"><i></i>${words.standings[one]}</span>`)}</p>
${bars(record, words.overview.bySuite, words.overview.suite, suites, words)}
${bars(record, words.overview.bySeverity, words.overview.severity, severities, words)}
</section>`;
}

function bars(
  record: RunRecord,
  caption: string,
  head: string,
  groups: readonly Group[],
  words: Words,
): Safe {
  const all = record.targets.flatMap(({ results }) => results);
  const filled = groups.filter(({ holds }) => all.some(holds));
  const longest = Math.max(
    1,
    ...record.targets.flatMap(({ results }) => filled.map(({ holds }) => results.filter(holds).length)),
  );
  return html`<div class="scroll"><table class="bars"><caption>${caption}</caption>
<thead><tr><th scope="col">${head}</th>${record.targets.map(
    ({ name }) => html`<th scope="col">${name}</th>`,
  )}</tr></thead>
<tbody>${filled.map(
    (group) => html`
<tr><th scope="row">${group.name}<small>${group.note}</small></th>${record.targets.map(
      (target) =>
        html`<td><div>${numbered(target.results.filter(group.holds), longest, { target: target.name, ...group.about }, words)}</div></td>`,
    )}</tr>`,
  )}</tbody></table></div>`;
}

/** One bar as long as its results are many; the numbers stand beside it for those who cannot see it. */
function numbered(results: readonly GatedResult[], longest: number, scope: Scope, words: Words): Safe {
  return html`${bar(partsOf(results), longest)}<span class="numbers">${partsOf(results).map(
    ([standing]) =>
      html`<span class="${standing}">${numberOf(results, standing, scope)}<span class="vh"> ${words.standings[standing]}</span></span> `,
  )}</span>`;
}
