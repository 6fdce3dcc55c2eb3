import type { RunRecord, TargetRecord } from '../../model/record.ts';
import { type Bar, barsOf, criticalPath } from '../../model/timeline.ts';
import { anchorOf, controlAnchor } from './anchor.ts';
import { chart } from './chart.ts';
import { html, type Safe } from './safe.ts';
import { inEnglish } from './untranslated.ts';
import type { Words } from './words.ts';

/** Most bars that are drawn, the longest ones, so that a page stays small enough to be mailed. */
const MOST = 600;

/** Whether anything is known about when the checks of the run ran. */
export function hasTimeline(record: RunRecord): boolean {
  return record.targets.some((target) => barsOf(target, record.startedAt).length > 0);
}

/** When each check ran, what it queued for, and the chain that made the run as long as it was. */
export function timeline(record: RunRecord, words: Words): Safe | null {
  if (!hasTimeline(record)) return null;
  return html`
<section id="timeline"><h2>${words.sections.timeline}</h2>
<p class="explain">${words.explain.timeline}</p>
${record.targets.map((target) => oneTarget(record, target, words))}
</section>`;
}

function oneTarget(record: RunRecord, target: TargetRecord, words: Words): Safe | null {
  const all = barsOf(target, record.startedAt);
  if (all.length === 0) return null;
  const path = criticalPath(all);
  const critical = new Set(path.map(({ bar }) => bar));
  const shortest = [...all].sort((a, b) => b.end - b.asked - (a.end - a.asked))[MOST];
  const bars = all.filter(
    (bar) => !shortest || bar.end - bar.asked > shortest.end - shortest.asked || critical.has(bar),
  );
  const { timeline: said, span, colon } = words;
  const sum = (of: (bar: Bar) => number) => span(all.reduce((total, bar) => total + of(bar), 0));
  const summary = said.summary(
    sum((bar) => bar.queuedMs),
    sum((bar) => bar.workedMs),
    sum((bar) => bar.waitedMs),
  );
  return html`
<article class="timeline"><h3>${target.name}</h3>
<p>${summary}</p>
<h4>${said.critical}</h4>
<ol class="critical">${path.map(
    ({ bar, after }) =>
      html`<li>${nameOf(record, target, bar)} <span class="muted">${span(bar.start)} – ${span(bar.end)}${after === null ? null : html`, ${said.queuedFor}${colon}<span${inEnglish(words)}>${after}</span>`}</span></li>`,
  )}</ol>
${lanes(bars, critical, target.name, words)}
<details class="plain"><summary>${said.table}</summary><div class="scroll" tabindex="0" role="region" aria-label="${said.table} ${target.name}"><table><thead><tr><th scope="col">${words.matrix.check}</th><th scope="col">${said.began}</th><th scope="col">${said.queued}</th><th scope="col">${said.worked}</th><th scope="col">${said.waited}</th><th scope="col">${said.queuedFor}</th></tr></thead><tbody>${bars.map(
    (bar) =>
      html`<tr><th scope="row">${nameOf(record, target, bar)}</th><td>${span(bar.start)}</td><td>${span(bar.queuedMs)}</td><td>${span(bar.workedMs)}</td><td>${span(bar.waitedMs)}</td><td${inEnglish(words)}>${bar.queuedFor ?? ''}</td></tr>`,
  )}</tbody></table></div></details>
</article>`;
}

function nameOf(record: RunRecord, target: TargetRecord, { name, result }: Bar): Safe {
  const anchor = result ? anchorOf(record, result) : controlAnchor(record, target.name, name);
  return html`<a href="#${anchor}">${name}</a>`;
}

/** Bars of the chart that lies open and is printed: more would not be readable on a page. */
const LONG = 50;

/** Two charts: what took long or made the run long lies open, the shorter bars are folded. */
function lanes(bars: readonly Bar[], critical: ReadonlySet<Bar>, name: string, words: Words): Safe {
  const said = words.timeline;
  const end = Math.max(1, ...bars.map((bar) => bar.end));
  const longest = new Set([...bars].sort((a, b) => b.end - b.asked - (a.end - a.asked)).slice(0, LONG));
  const isLong = (bar: Bar) => longest.has(bar) || critical.has(bar);
  const [long, short] = [bars.filter(isLong), bars.filter((bar) => !isLong(bar))];
  const drawn = (some: readonly Bar[]) => chart(some, critical, end, said.chartOf(name, some.length), words);
  return html`<h4>${said.chart}</h4>${drawn(long)}${
    short.length === 0
      ? null
      : html`<details class="plain"><summary>${said.shorter(short.length)}</summary>${drawn(short)}</details>`
  }`;
}
