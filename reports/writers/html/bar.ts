import type { Standing } from '../../model/standing.ts';
import { html, type Safe } from './safe.ts';

/** Per cent of the width that stay free between two parts. */
const GAP = 0.3;

/**
 * A bar of coloured parts, which is full where it shows as many as `longest`. What is open without being demanded is
 * striped. Numbers must stand beside it.
 */
export function bar(parts: readonly (readonly [Standing, number])[], longest: number): Safe {
  let x = 0;
  const rects = parts.map(([standing, count]) => {
    const width = (count / longest) * 100;
    const [at, wide] = [`${x.toFixed(2)}%`, `${Math.max(width - GAP, 0.4).toFixed(2)}%`];
    x += width;
    return html`<rect class="${standing}" x="${at}" width="${wide}" height="100%"/>${
      standing === 'open' ? html`<rect fill="url(#stripes)" x="${at}" width="${wide}" height="100%"/>` : null
    }`;
  });
  return html`<svg class="bar" aria-hidden="true">${rects}</svg>`;
}

/** The stripes that bars refer to, once per page. */
export function stripes(): Safe {
  return html`<svg class="definitions" aria-hidden="true" width="0" height="0"><pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="stripe" width="2" height="5"/></pattern></svg>`;
}
