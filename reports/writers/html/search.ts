import type { RunRecord } from '../../model/record.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { suitesOf } from '../../model/suites-of.ts';
import { VERDICTS } from '../../model/vocabulary.ts';
import { html, type Safe } from './safe.ts';

import type { Words } from './words.ts';

/** Search and filters over all results; hidden until the script shows it, for without script it could do nothing. */
export function search(record: RunRecord, words: Words): Safe | null {
  const results = record.targets.flatMap((target) => target.results);
  if (results.length === 0) return null;
  const { search: said } = words;
  const suites = suitesOf(record).filter(({ slug }) => results.some(({ suite }) => suite === slug));
  const severities = SEVERITIES.filter((one) => results.some(({ severity }) => severity === one));
  const verdicts = VERDICTS.toReversed().filter((one) => results.some(({ verdict }) => verdict === one));
  return html`<section id="search" class="search" aria-label="${words.sections.search}" hidden><fieldset><legend>${words.sections.search}</legend>
<label>${said.words} <input type="search" autocomplete="off" spellcheck="false"></label>
${choice(
  'suite',
  said.suite,
  suites.map((suite) => [suite.slug, `${suite.slug}${words.colon}${words.topic(suite)}`]),
  words,
)}
${choice(
  'severity',
  said.severity,
  severities.map((one) => [one, words.severities[one].name]),
  words,
)}
${choice(
  'verdict',
  said.verdict,
  verdicts.map((one) => [one, words.verdicts[one].name]),
  words,
)}
<button type="button">${said.reset}</button>
<output role="status" aria-live="polite" data-say="${said.found('{n}', '{all}')}"></output>
</fieldset></section>`;
}

function choice(
  name: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  words: Words,
): Safe {
  return html`<label>${label} <select name="${name}"><option value="">${words.matrix.all}</option>${options.map(
    ([value, text]) => html`<option value="${value}">${text}</option>`,
  )}</select></label>`;
}
