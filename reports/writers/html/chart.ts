import { standingOf } from '../../model/standing.ts';
import type { Bar } from '../../model/timeline.ts';
import { html, type Safe } from './safe.ts';
import type { Words } from './words.ts';

const WIDTH = 1_000;
/** Room for the name of a bar. */
const NAMES = 150;
const ROW = 15;
/** Room for the times above the bars. */
const HEAD = 18;
/** Most times that are written above the bars. */
const TICKS = 8;

/**
 * Bars over time: what was queued is thin, what made the run as long as it was is framed.
 * @param end of the axis, in milliseconds since the run began
 */
export function chart(
  bars: readonly Bar[],
  critical: ReadonlySet<Bar>,
  end: number,
  label: string,
  words: Words,
): Safe {
  const x = (ms: number) => NAMES + (ms / end) * (WIDTH - NAMES);
  const wide = (from: number, to: number) => Math.max(0.5, x(to) - x(from)).toFixed(1);
  const height = HEAD + bars.length * ROW;
  const rows = bars.map((bar, index) => {
    const y = HEAD + index * ROW;
    const standing = bar.result ? standingOf(bar.result) : 'quiet';
    return html`<text x="${NAMES - 6}" y="${y + 11}" text-anchor="end">${bar.name}</text>${
      bar.start > bar.asked
        ? html`<rect class="queued" x="${x(bar.asked).toFixed(1)}" y="${y + 6}" width="${wide(bar.asked, bar.start)}" height="3"/>`
        : null
    }<rect class="${standing}${critical.has(bar) ? ' critical' : ''}" x="${x(bar.start).toFixed(1)}" y="${y + 2}" width="${wide(bar.start, bar.end)}" height="11"/>`;
  });
  return html`<svg class="lanes" role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${height}">${ticksOf(
    end,
  ).map(
    (ms) =>
      html`<path d="M${x(ms).toFixed(1)} ${HEAD - 4}V${height}"/><text class="time" x="${Math.min(x(ms) + 3, WIDTH - 60).toFixed(1)}" y="${HEAD - 6}">${words.span(ms)}</text>`,
  )}${rows}</svg>`;
}

/** Round moments from 0 to the end, at most a handful, in milliseconds. */
function ticksOf(end: number): readonly number[] {
  const steps = [
    100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  ];
  const step = steps.find((one) => end / one <= TICKS) ?? Math.ceil(end / TICKS / 600_000) * 600_000;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
}
