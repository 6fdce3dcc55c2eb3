import type { Language } from '../../model/language.ts';
import type { RunRecord } from '../../model/record.ts';
import { stripes } from './bar.ts';
import { causes } from './causes.ts';
import { clauseTable } from './clauses.ts';
import { contents } from './contents.ts';
import { controls } from './controls.ts';
import { documentHead } from './document-head.ts';
import { runFacts, targetFacts } from './facts.ts';
import { legend, notSelected } from './legend.ts';
import { masthead } from './masthead.ts';
import { matrix } from './matrix.ts';
import { overview } from './overview.ts';
import { runningHead } from './running-head.ts';
import { html } from './safe.ts';
import { scope } from './scope.ts';
import { SCRIPT } from './script.ts';
import { search } from './search.ts';
import { LOUD, QUIET, resultSections } from './sections.ts';
import { styleSheet } from './stylesheet.ts';
import { timeline } from './timeline.ts';
import { glyphDefinitions } from './tone.ts';
import { WORDS } from './words.ts';

/**
 * The record as one HTML file that needs nothing else: no font, no request, and script for search alone. It opens
 * offline, prints, and adapts to light and dark and to the width of the window.
 */
export function writeHtml(record: RunRecord, language: Language = 'en'): string {
  const words = WORDS[language];
  const results = resultSections(record, words);
  const style = styleSheet(runningHead(record, words));
  const names = record.targets.map(({ name }) => name).join(', ');
  return html`<!doctype html>
<html lang="${words.language}">
${documentHead(`${words.conclusions[record.conclusion]}: ${names} (mailspec)`, style)}
<body>
<a class="skip" href="#main">${words.skip}</a>
${glyphDefinitions()}${stripes()}
${masthead(record, words)}
<div class="layout">
${contents(record, words)}
<main id="main">
${causes(record, words)}
${scope(record, words)}
${search(record, words)}
${overview(record, words)}
${results(LOUD)}
${clauseTable(record, words)}
${matrix(record, words)}
${results(QUIET)}
${controls(record, words)}
${targetFacts(record, words)}
${runFacts(record, words)}
${timeline(record, words)}
${notSelected(record, words)}
${legend(record, words)}
</main>
</div>
<footer class="measure"><p>${words.footer(record.tool.version)}</p>${words.untranslated === '' ? null : html`<p>${words.untranslated}</p>`}</footer>
${record.targets.some(({ results }) => results.length > 0) ? SCRIPT : null}
</body>
</html>
`.markup;
}
