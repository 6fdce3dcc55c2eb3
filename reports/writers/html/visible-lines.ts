import { html, type Safe } from './safe.ts';

/** Text in visible notation, each line end in it (`\r\n`) followed by a line end of the page. */
export function visibleLines(text: string): Safe[] {
  const lines: Safe[] = [];
  let line = '';
  for (const token of text.split(/(\\\\|\\r\\n)/)) {
    if (token !== '\\r\\n') {
      line += token;
      continue;
    }
    lines.push(html`${line}<s>\\r\\n</s>
`);
    line = '';
  }
  return line === '' ? lines : [...lines, html`${line}`];
}
