import { printable } from '../../model/printable.ts';

/** Markup that was escaped where it had to be; nothing else reaches a page unescaped. */
export class Safe {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Content = Safe | string | number | null | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup with every text escaped, for content and for attributes in double quotes; null is nothing. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Safe {
  let markup = strings[0] ?? '';
  for (const [index, content] of contents.entries()) markup += markupOf(content) + (strings[index + 1] ?? '');
  return new Safe(markup);
}

function markupOf(content: Content): string {
  if (content === null) return '';
  if (content instanceof Safe) return content.markup;
  if (typeof content === 'string' || typeof content === 'number') return escaped(String(content));
  return content.map(markupOf).join('');
}

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
