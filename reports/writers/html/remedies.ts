import { productsOf } from '../../model/products.ts';
import type { GatedResult, Remedy, RunRecord } from '../../model/record.ts';
import { remediesOf } from '../../model/remedies.ts';
import { anchorOf } from './anchor.ts';
import { type Content, html, type Safe } from './safe.ts';
import type { PlaceOfSettings } from './size.ts';
import { inEnglish } from './untranslated.ts';
import type { Words } from './words.ts';

/** How to mend what a result found, on the servers that greet first. */
export function remedies(
  record: RunRecord,
  result: GatedResult,
  place: PlaceOfSettings,
  words: Words,
): Content {
  const found = remediesOf(record, result);
  if (found.length === 0) return null;
  const target = record.targets.find(({ name }) => name === result.target);
  const products = target ? productsOf(target) : [];
  return html`<section class="remedies" aria-label="${words.result.mend}${words.colon}${result.check} ${result.target}"><h4>${words.result.mend}</h4>${found.map(
    (remedy) => {
      const at = place(remedy, result);
      if (at === result)
        return html`<p>${remedy.advice[words.language]}</p>${settingsOf(remedy, products, words)}`;
      return html`<p>${remedy.advice[words.language]} <a href="#${anchorOf(record, at)}">${words.result.settings} (${at.check})</a></p>`;
    },
  )}</section>`;
}

/** What is published stands in no server, so it is always for the target at hand. */
const EVERYBODY = 'DNS zone';

/** Settings of the servers that greet lie open, those of others are folded; where nobody says what it is, all are told apart only. */
function settingsOf({ servers }: Remedy, products: readonly string[], words: Words): Safe | null {
  if (servers.length === 0) return null;
  const isOwn = (server: string) => server === EVERYBODY || products.includes(server);
  const own = servers.filter(({ server }) => isOwn(server));
  const others = servers.filter(({ server }) => !isOwn(server));
  if (products.length === 0)
    return html`<div class="servers">${servers.map((one) => settings(one, isOwn(one.server), words))}</div>`;
  return html`${own.length === 0 ? null : html`<div class="servers own">${own.map((one) => settings(one, true, words))}</div>`}${
    others.length === 0
      ? null
      : html`<details class="plain others"><summary>${words.result.otherServers(others.map(({ server }) => server).join(words.comma))}</summary><div class="servers">${others.map((one) => settings(one, false, words))}</div></details>`
  }`;
}

function settings({ server, lines }: Remedy['servers'][number], isOpen: boolean, words: Words): Safe {
  return html`<details class="plain"${isOpen ? html` open` : null}><summary>${server}</summary><pre${inEnglish(words)}><code>${lines.map(settingLine)}</code></pre></details>`;
}

function settingLine(line: string): Safe {
  return line.startsWith('#')
    ? html`<i>${line}</i>
`
    : html`${line}
`;
}
