import type { GatedResult, RunRecord } from '../../model/record.ts';
import { STANDINGS, standingOf } from '../../model/standing.ts';
import { suitesOf } from '../../model/suites-of.ts';
import type { Suite } from '../../model/vocabulary.ts';
import { anchorOf } from './anchor.ts';
import { numberOf } from './number.ts';
import { html, type Safe } from './safe.ts';
import { glyph } from './tone.ts';
import { checkText } from './untranslated.ts';
import type { Words } from './words.ts';

/** Every check against every target; each mark leads to its result. Rows can be filtered without script. */
export function matrix(record: RunRecord, words: Words): Safe {
  const all = record.targets.flatMap((target) => target.results);
  const results = new Map<string, GatedResult[]>();
  for (const result of all) {
    results.set(result.check, [...(results.get(result.check) ?? []), result]);
  }
  return html`<section id="matrix"><h2>${words.sections.matrix}</h2>
<fieldset class="filter"><legend>${words.matrix.show}</legend>
<label><input type="radio" name="show" id="show-all" checked> ${words.matrix.all}</label>${STANDINGS.map(
    (standing) => html`
<label class="${standing}"><input type="radio" name="show" id="show-${standing}"> ${numberOf(all, standing)} ${words.standings[standing]}</label>`,
  )}
</fieldset>
<table class="matrix${record.targets.length > 3 ? ' many' : null}">
<thead><tr><th scope="col">${words.matrix.check}</th>${record.targets.map(
    ({ name }) => html`<th scope="col">${name}</th>`,
  )}</tr></thead>${suitesOf(record).map((suite) => {
    const rows = [...results.values()].filter(([first]) => first?.suite === suite.slug);
    return rows.length === 0 ? null : suiteRows(record, suite, rows, words);
  })}
</table>
</section>`;
}

function suiteRows(
  record: RunRecord,
  suite: Suite,
  rows: readonly (readonly GatedResult[])[],
  words: Words,
): Safe {
  const sorted = rows.toSorted(([a], [b]) => ((a?.check ?? '') < (b?.check ?? '') ? -1 : 1));
  return html`
<tbody><tr class="suite"><th scope="rowgroup" colspan="${record.targets.length + 1}"><b>${suite.slug}</b> ${words.topic(suite)}</th></tr>${sorted.map(
    (row) => checkRow(record, row, words),
  )}</tbody>`;
}

function checkRow(record: RunRecord, row: readonly GatedResult[], words: Words): Safe | null {
  const [first] = row;
  if (!first) return null;
  const title = checkText(record, first, 'title', words);
  const standings = [...new Set(row.map(standingOf))].join(' ');
  return html`
<tr class="${standings}" data-row="${first.check}"><th scope="row"><div class="check"><span class="code">${first.check}</span> <span class="title"${title.lang}>${title.text}</span> <span class="severity ${first.severity}">${words.severities[first.severity].name}</span></div></th>${record.targets.map(
    ({ name }) => {
      const result = row.find(({ target }) => target === name);
      if (!result) return html`<td><span class="vh">${words.matrix.notSelected}</span></td>`;
      return html`<td><a class="${standingOf(result)}" href="#${anchorOf(record, result)}">${glyph(result.verdict)}<span class="word">${words.verdicts[result.verdict].name}</span></a></td>`;
    },
  )}</tr>`;
}
