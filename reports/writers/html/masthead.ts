import { type Obstacle, obstacleOfTarget, obstaclesOfRun } from '../../model/outcome.ts';
import type { Conclusion, RunRecord, TargetRecord } from '../../model/record.ts';
import type { Verdict } from '../../model/vocabulary.ts';
import { bar } from './bar.ts';
import { numberOf, partsOf } from './number.ts';
import { reasonIn } from './reasons.ts';
import { type Content, html, type Safe } from './safe.ts';
import { whyOfRun, whyOfTarget } from './sentences.ts';
import { glyph } from './tone.ts';
import { inEnglish } from './untranslated.ts';
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
<p class="eyebrow"><b>mailspec</b> <span>${words.report}</span> <span>${profile.title} ${profile.version}</span> <time datetime="${record.startedAt}">${words.moment(record.startedAt)}</time></p>
<h1>${glyph(SHAPE[conclusion])} ${words.conclusions[conclusion]}</h1>
${profile.verification === 'verified' ? null : html`<p class="not-verified">${words.facts.notVerified}</p>`}
${record.rerunOf ? html`<p class="not-verified">${words.facts.partial}${words.colon}${words.facts.partialOf(record.rerunOf)}</p>` : null}
<p class="why">${whyOfRun(record, words)}${notSelected > 0 ? `${words.space}${words.notSelectedNote(notSelected)}` : null}</p>
${obstaclesOfRun(record).map((one) => obstacle(one, sentenceOf(one, record, words)))}
<ul class="verdicts">${record.targets.map((target) => verdictOf(target, words))}
</ul>
</div>
</header>`;
}

function verdictOf(target: TargetRecord, words: Words): Safe {
  const one = obstacleOfTarget(target);
  return html`
<li class="${target.conclusion}"><h2>${glyph(SHAPE[target.conclusion])} <span>${target.name}</span></h2>
<div><p><b>${words.sentence(words.conclusions[target.conclusion])}</b> ${whyOfTarget(target, words)}</p>${tally(target, words)}${
    one === null
      ? null
      : obstacle(
          one,
          target.failure === null
            ? words.obstacles.nothingSettled
            : html`${words.targetWhy.failure}${reasonIn(target.failure, words)}`,
        )
  }</div></li>`;
}

/** All results of a target as one bar, and as numbers. */
function tally({ name, results }: TargetRecord, words: Words): Safe | null {
  if (results.length === 0) return null;
  return html`${bar(partsOf(results), results.length)}<p class="tally">${partsOf(results).map(
    ([standing]) =>
      html`<span class="${standing}"><b>${numberOf(results, standing, { target: name })}</b> ${words.standings[standing]}</span> `,
  )}</p>`;
}

function sentenceOf({ name, why }: Obstacle, { interrupted, exitCode }: RunRecord, words: Words): Content {
  const { obstacles } = words;
  switch (name) {
    case 'run is complete':
      return interrupted === null
        ? obstacles.noTarget
        : html`${obstacles.interrupted}<span${inEnglish(words)}>${interrupted}</span>`;
    case 'run ends in order':
      return exitCode === 3 ? obstacles.usage : obstacles.internal;
    case 'target is audited':
    case 'expected deviations occur':
      return html`<span${inEnglish(words)}>${why}</span>`;
  }
}

/** What kept the run or a target from coming to anything; counted like a result. */
function obstacle({ about, name }: Obstacle, sentence: Content): Safe {
  return html`<p class="obstacle" data-target="${about}" data-check="${name}" data-verdict="error" data-outcome="errored">${sentence}</p>`;
}
