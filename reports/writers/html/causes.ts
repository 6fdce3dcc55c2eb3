import { type Matter, mattersOf } from '../../model/matters.ts';
import { type OpenGroup, openGroups } from '../../model/open-groups.ts';
import type { GatedResult, RunRecord, TargetRecord } from '../../model/record.ts';
import { silenceOf } from '../../model/silence.ts';
import { standingOf } from '../../model/standing.ts';
import { anchorOf, controlAnchor } from './anchor.ts';
import { reasonIn } from './reasons.ts';
import { html, type Safe } from './safe.ts';
import { glyph } from './tone.ts';
import { inEnglish } from './untranslated.ts';
import type { Words } from './words.ts';

/** From so many results on, what is open is told by its reasons. */
const SEVERAL = 2;

/** More codes than these are folded. */
const MOST_SHOWN = 16;

/** Whether there is anything to say of causes. */
export function hasCauses(record: RunRecord): boolean {
  return record.targets.some((target) => silenceOf(target) !== null || blocksOf(target).length > 0);
}

/**
 * What the findings come from, the gravest first, each cause with the findings that it explains; then what is open,
 * by its reason; null where there is neither.
 */
export function causes(record: RunRecord, words: Words): Safe | null {
  if (!hasCauses(record)) return null;
  return html`<section id="causes"><h2>${words.sections.causes}</h2>
<p class="explain">${words.explain.causes}</p>
${record.targets.map((target) => ofTarget(record, target, words))}</section>`;
}

type Block = { readonly matter: Matter } | { readonly group: OpenGroup };

function blocksOf(target: TargetRecord): Block[] {
  const matters = mattersOf(target).filter(({ cause }) => cause !== null);
  const groups = openGroups(target).filter(({ results }) => results.length >= SEVERAL);
  return [...matters.map((matter) => ({ matter })), ...groups.map((group) => ({ group }))];
}

function ofTarget(record: RunRecord, target: TargetRecord, words: Words): Safe | null {
  const blocks = blocksOf(target);
  const silence = silenceOf(target);
  if (blocks.length === 0 && silence === null) return null;
  return html`
${record.targets.length > 1 ? html`<h3>${target.name}</h3>` : null}
${
  silence === null
    ? null
    : html`<p class="silence">${glyph('error')} ${
        silence.check === null
          ? words.likely.neverAnswered
          : words.likely.silentSince(silence.check, words.moment(silence.at))
      }</p>`
}
<ul class="causes">${blocks.map((block) =>
    'matter' in block ? causeItem(record, block.matter, words) : openItem(record, target, block.group, words),
  )}</ul>`;
}

function causeItem(record: RunRecord, { cause, findings, severity }: Matter, words: Words): Safe | null {
  if (cause === null) return null;
  const [first, ...alike] = cause.faults;
  return html`
<li class="finding">${glyph('fail')}<div><p><span class="severity ${severity}">${words.severities[severity].name}</span> ${words.likely.looksLike}${words.colon}<b${inEnglish(words)}>${first?.text ?? ''}</b>${alike.map(
    ({ text }) => html` ${words.likely.or} <b${inEnglish(words)}>${text}</b>`,
  )}</p>
<p>${words.likely.explains(findings.length)}${words.colon}${links(record, findings)}</p>${
    cause.doesNotFit.length === 0
      ? null
      : html`<p>${words.likely.doesNotFit}${words.colon}${cause.doesNotFit.map((code) => html`<code>${code}</code> `)}</p>`
  }</div></li>`;
}

function openItem(record: RunRecord, target: TargetRecord, group: OpenGroup, words: Words): Safe {
  const { reason, control, results } = group;
  const standing = results.some(({ consequence }) => consequence === 'unsettled') ? 'unsettled' : 'open';
  const by =
    control === null
      ? null
      : html`<a href="#${controlAnchor(record, target.name, control)}"><code>${control}</code></a> ${words.controlStates['broke-off']}${words.colon}`;
  return html`
<li class="${standing}">${glyph('inconclusive')}<div><p>${words.likely.open(results.length)}${words.colon}${by}${reasonIn(reason, words)}</p>
${
  results.length <= MOST_SHOWN
    ? html`<p>${links(record, results)}</p>`
    : html`<details class="plain"><summary>${words.likely.which}</summary><p>${links(record, results)}</p></details>`
}</div></li>`;
}

function links(record: RunRecord, results: readonly GatedResult[]): Safe[] {
  return results.map(
    (result) =>
      html`<a class="${standingOf(result)}" href="#${anchorOf(record, result)}">${result.check}</a> `,
  );
}
