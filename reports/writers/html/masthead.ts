import type { Conclusion, RunRecord } from '../../model/record.ts';
import type { Verdict } from '../../model/vocabulary.ts';
import { html, type Safe } from './safe.ts';
import { moment, whyOfRun, whyOfTarget } from './sentences.ts';
import { glyph } from './tone.ts';
import type { Words } from './words.ts';

const SHAPE: Readonly<Record<Conclusion, Verdict>> = {
  conformant: 'pass',
  'non-conformant': 'fail',
  undetermined: 'inconclusive',
};

/** The conclusion, and one line per target that says why. */
export function masthead(record: RunRecord, words: Words): Safe {
  const { profile, conclusion } = record;
  const { notSelected } = record.counts;
  return html`<header class="masthead ${conclusion}">
<div class="measure">
<p class="eyebrow"><b>mailspec</b> <span>${words.report}</span> <span>${profile.title} ${profile.version}</span> <time datetime="${record.startedAt}">${moment(record.startedAt)}</time></p>
<h1>${glyph(SHAPE[conclusion])} ${words.conclusions[conclusion]}</h1>
<p class="why">${whyOfRun(record, words)}${notSelected > 0 ? ` ${words.notSelectedNote(notSelected)}` : null}</p>
<ul class="verdicts">${record.targets.map(
    (target) => html`
<li class="${target.conclusion}"><h2>${glyph(SHAPE[target.conclusion])} <span>${target.name}</span></h2>
<p><b>${words.conclusions[target.conclusion]}.</b> ${whyOfTarget(target, words)}</p></li>`,
  )}
</ul>
</div>
</header>`;
}
