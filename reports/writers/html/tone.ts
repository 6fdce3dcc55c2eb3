import type { Verdict } from '../../model/vocabulary.ts';
import { html, type Safe } from './safe.ts';

/** The outline of each verdict on a field of 16 × 16; fill and stroke take the colour of the text. */
const SHAPES: Readonly<Record<Verdict, Safe>> = {
  pass: html`<path d="M3 8.6l3.4 3.3L13 4.6"/>`,
  warn: html`<path d="M8 2.2L14.4 13.4H1.6z"/><path d="M8 6.4v3.2M8 11.4v.2"/>`,
  fail: html`<path class="solid" d="M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2z"/><path class="cut" d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2"/>`,
  inconclusive: html`<circle cx="8" cy="8" r="6.4"/><path d="M6.1 6.3a1.95 1.95 0 1 1 2.8 1.8c-.6.3-.9.6-.9 1.3M8 11.5v.2"/>`,
  error: html`<rect x="1.8" y="1.8" width="12.4" height="12.4" rx="2"/><path d="M8 4.8v4M8 11.2v.2"/>`,
  'not-run': html`<circle cx="8" cy="8" r="6.2" stroke-dasharray="2.4 2.5"/>`,
  'not-applicable': html`<path d="M4 8h8"/>`,
};

/** The shapes of all verdicts, once per page, for `glyph` to refer to. */
export function glyphDefinitions(): Safe {
  return html`<svg class="definitions" aria-hidden="true" width="0" height="0">${Object.entries(SHAPES).map(
    ([verdict, shape]) => html`<symbol id="v-${verdict}" viewBox="0 0 16 16">${shape}</symbol>`,
  )}</svg>`;
}

/** The shape of a verdict; it says nothing to a screen reader, so a word must stand beside it. */
export function glyph(verdict: Verdict): Safe {
  return html`<svg class="g" aria-hidden="true"><use href="#v-${verdict}"/></svg>`;
}
