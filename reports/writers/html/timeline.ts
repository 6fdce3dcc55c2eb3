import type { RunRecord, TargetRecord } from '../../model/record.ts';
import { standingOf } from '../../model/standing.ts';
import { type Bar, barsOf, criticalPath } from '../../model/timeline.ts';
import { anchorOf, controlAnchor } from './anchor.ts';
import { html, type Safe } from './safe.ts';
import { inEnglish } from './untranslated.ts';
import type { Words } from './words.ts';

const WIDTH = 1_000;
/** Room for the name of a bar. */
const NAMES = 130;
const ROW = 11;
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
    ({ bar, behind }) =>
      html`<li>${nameOf(record, target, bar)} <span class="muted">${span(bar.start)} – ${span(bar.end)}${behind === null ? null : html`, ${said.queuedFor}${colon}<span${inEnglish(words)}>${behind}</span>`}</span></li>`,
  )}</ol>
<details class="plain"><summary>${said.chart}</summary>${chart(bars, critical, said.chartOf(target.name, bars.length))}</details>
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

/** Bars over time: what was queued is thin, what made the run as long as it was is framed. */
function chart(bars: readonly Bar[], critical: ReadonlySet<Bar>, label: string): Safe {
  const end = Math.max(1, ...bars.map((bar) => bar.end));
  const x = (ms: number) => NAMES + (ms / end) * (WIDTH - NAMES);
  const wide = (from: number, to: number) => Math.max(0.5, x(to) - x(from)).toFixed(1);
  const rows = bars.map((bar, index) => {
    const y = index * ROW;
    const tone = bar.result ? standingOf(bar.result) : 'quiet';
    return html`<text x="${NAMES - 6}" y="${y + 8}" text-anchor="end">${bar.name}</text>${
      bar.start > bar.asked
        ? html`<rect class="queued" x="${x(bar.asked).toFixed(1)}" y="${y + 4}" width="${wide(bar.asked, bar.start)}" height="2"/>`
        : null
    }<rect class="${tone}${critical.has(bar) ? ' critical' : ''}" x="${x(bar.start).toFixed(1)}" y="${y + 1}" width="${wide(bar.start, bar.end)}" height="8"/>`;
  });
  return html`<svg class="lanes" role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${bars.length * ROW}">${rows}</svg>`;
}
