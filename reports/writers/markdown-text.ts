import { printable } from '../model/printable.ts';

/**
 * A text as a code span, where nothing is read as Markdown, HTML, a link or a mention: the delimiter is
 * longer than any run of backticks in the text (CommonMark §6.1).
 */
export function codeSpan(text: string): string {
  const shown = printable(text);
  if (shown.trim() === '') return '` `';
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  // One space on each side is taken away again where both ends have one.
  const padding = /^[ `]|[ `]$/.test(shown) ? ' ' : '';
  return `${fence}${padding}${shown}${padding}${fence}`;
}

/** What a renderer turns into a link, a mention or a reference without any markup. */
const LINKED = /:\/\/|www\.|@|#\d|GH-\d/i;

/**
 * A text of our own catalogue after other text on a line, with everything escaped that could be read as
 * markup there (CommonMark §2.4); a code span where escaping does not help.
 */
export function escapedMarkdown(text: string): string {
  const shown = printable(text);
  return LINKED.test(shown) ? codeSpan(shown) : shown.replace(/[\\`*_[\]<>&|~!]/g, '\\$&');
}
