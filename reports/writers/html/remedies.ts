import type { GatedResult, Remedy, RunRecord } from '../../model/record.ts';
import { remediesOf } from '../../model/remedies.ts';
import { anchorOf } from './anchor.ts';
import { type Content, html, type Safe } from './safe.ts';
import type { PlaceOfSettings } from './size.ts';
import { inEnglish } from './untranslated.ts';
import type { Words } from './words.ts';

/** How to mend what a result found, server by server. */
export function remedies(
  record: RunRecord,
  result: GatedResult,
  settings: PlaceOfSettings,
  words: Words,
): Content {
  const found = remediesOf(record, result);
  if (found.length === 0) return null;
  return html`<section class="remedies" aria-label="${words.result.mend}${words.colon}${result.check} ${result.target}"><h4>${words.result.mend}</h4>${found.map(
    (remedy) => {
      const place = settings(remedy, result);
      if (place === result) return html`<p>${remedy.advice[words.language]}</p>${settingsOf(remedy, words)}`;
      return html`<p>${remedy.advice[words.language]} <a href="#${anchorOf(record, place)}">${words.result.settings} (${place.check})</a></p>`;
    },
  )}</section>`;
}

function settingsOf({ servers }: Remedy, words: Words): Safe | null {
  if (servers.length === 0) return null;
  return html`<div class="servers">${servers.map(
    ({ server, lines }) =>
      html`<details class="plain"><summary>${server}</summary><pre${inEnglish(words)}><code>${lines.map(settingLine)}</code></pre></details>`,
  )}</div>`;
}

function settingLine(line: string): Safe {
  return line.startsWith('#')
    ? html`<i>${line}</i>
`
    : html`${line}
`;
}
