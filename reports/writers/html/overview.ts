import type { GatedResult, RunRecord } from '../../model/record.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { SUITES } from '../../model/vocabulary.ts';
import { bar, countTones } from './bar.ts';
import { html, type Safe } from './safe.ts';
import { TONES } from './tone.ts';
import type { Words } from './words.ts';

interface Group {
  readonly name: string;
  readonly note: string;
  readonly holds: (result: GatedResult) => boolean;
}

/** How many results of each suite and severity came to what, as bars. */
export function overview(record: RunRecord, words: Words): Safe {
  const suites = SUITES.map(
    ({ slug }): Group => ({ name: slug, note: words.topic(slug), holds: (result) => result.suite === slug }),
  );
  const severities = SEVERITIES.map(
    (severity): Group => ({
      name: words.severities[severity].name,
      note: words.severities[severity].meaning,
      holds: (result) => result.severity === severity,
    }),
  );
  return html`<section id="overview"><h2>${words.sections.overview}</h2>
<p class="key">${TONES.map((tone) => html`<span class="${tone}"><i></i>${words.tones[tone]}</span>`)}</p>
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
    ({ name, note, holds }) => html`
<tr><th scope="row">${name}<small>${note}</small></th>${record.targets.map(
      ({ results }) => html`<td><div>${numbered(results.filter(holds), longest, words)}</div></td>`,
    )}</tr>`,
  )}</tbody></table></div>`;
}

/** One bar as long as its results are many; the numbers stand beside it for those who cannot see it. */
function numbered(results: readonly GatedResult[], longest: number, words: Words): Safe {
  const parts = countTones(results);
  return html`${bar(parts, longest)}<span class="numbers">${parts.map(
    ([tone, count]) =>
      html`<span class="${tone}">${count}<span class="vh"> ${words.tones[tone]}</span></span> `,
  )}</span>`;
}
