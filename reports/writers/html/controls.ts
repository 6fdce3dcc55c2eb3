import type { RunRecord, TargetRecord } from '../../model/record.ts';
import type { ControlResult } from '../../model/vocabulary.ts';
import { anchorOf, controlAnchor } from './anchor.ts';
import { definitions } from './facts.ts';
import { html, type Safe } from './safe.ts';
import { glyph } from './tone.ts';
import { transcript } from './transcript.ts';
import { inEnglish } from './untranslated.ts';
import type { Words } from './words.ts';

/** Lines of the dialogue of a control; it is short, and the evidence has it whole. */
const LINES = 24;

/** The verdict whose shape stands for a state. */
const VERDICTS = {
  found: 'pass',
  'broke-off': 'inconclusive',
  'not-applicable': 'not-applicable',
} as const;

/** What had to be known before checks could tell anything, each once, with the checks that build on it. */
export function controls(record: RunRecord, words: Words): Safe | null {
  const targets = record.targets.filter((target) => (target.controls ?? []).length > 0);
  if (targets.length === 0) return null;
  return html`
<section id="controls"><h2>${words.sections.controls}</h2>
<p class="explain">${words.explain.controls}</p>
${targets.map((target) => (target.controls ?? []).map((one) => oneControl(record, target, one, words)))}
</section>`;
}

function oneControl(record: RunRecord, target: TargetRecord, one: ControlResult, words: Words): Safe {
  const builders = target.results.filter(({ controls: named = [] }) => named.includes(one.control));
  const tone = one.state === 'broke-off' ? 'unsettled' : 'quiet';
  return html`
<details class="result ${tone}"${one.state === 'broke-off' ? html` open` : null}><summary>${glyph(VERDICTS[one.state])}<span><span class="chips"><span class="code">${one.control}</span><span class="chip">${target.name}</span><span class="chip ${tone}">${words.controlStates[one.state]}</span></span><span class="headline" role="heading" aria-level="3"><span class="title"${inEnglish(words)}>${one.title}</span></span><span class="reason"${inEnglish(words)}>${one.line}</span></span></summary>
<div class="body" id="${controlAnchor(record, target.name, one.control)}">
${definitions([
  [
    words.result.builders,
    builders.map(
      ({ check }, index) =>
        html`${index > 0 ? words.comma : null}<a href="#${anchorOf(record, { check, target: target.name })}">${check}</a>`,
    ),
    true,
  ],
])}
${transcript({ ...one, label: `${one.control} ${target.name}` }, LINES, words)}
${definitions([
  [
    words.result.evidence,
    one.evidence === null
      ? null
      : html`<code>evidence/${one.evidence.file}</code> <span class="muted">${words.result.evidenceFacts(one.evidence.events, one.evidence.bytes, one.evidence.redactions)}</span>`,
  ],
  [
    words.result.writtenIn,
    html`<code>${one.source.file}:${one.source.line}</code> <span class="muted">${words.span(one.durationMs)}</span>`,
  ],
])}
</div></details>`;
}
