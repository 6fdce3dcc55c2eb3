import type { GatedResult } from '../../model/record.ts';
import { html, type Safe } from './safe.ts';
import { TONES, type Tone, toneOf } from './tone.ts';

/** How many results came to what, in the order of the tones; what did not occur is left out. */
export function countTones(results: readonly GatedResult[]): readonly (readonly [Tone, number])[] {
  return TONES.map((tone): readonly [Tone, number] => [
    tone,
    results.filter((result) => toneOf(result) === tone).length,
  ]).filter(([, count]) => count > 0);
}

/** A bar of coloured parts, which is full where it shows as many as `longest`. Numbers must stand beside it. */
export function bar(parts: readonly (readonly [Tone, number])[], longest: number): Safe {
  let x = 0;
  const rects = parts.map(([tone, count]) => {
    const width = (count / longest) * 100;
    const rect = html`<rect class="${tone}" x="${x.toFixed(2)}" width="${Math.max(width - 0.5, 0.4).toFixed(2)}" height="8"/>`;
    x += width;
    return rect;
  });
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${rects}</svg>`;
}
