import { html, type Safe } from './safe.ts';
import type { Style } from './stylesheet.ts';

/** The head of a page that loads nothing, sends no referrer, and adapts to light and dark and to the window. */
export function documentHead(title: string, { policy, element }: Style): Safe {
  return html`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
${element}
</head>`;
}
