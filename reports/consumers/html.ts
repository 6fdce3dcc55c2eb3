const VOID = new Set(['meta', 'input', 'br', 'hr', 'img', 'link']);
/** Elements that may only hold what is listed; a wrong child makes browsers move it elsewhere. */
const CHILDREN: Readonly<Record<string, readonly string[]>> = {
  ul: ['li'],
  ol: ['li'],
  dl: ['div'],
  table: ['caption', 'thead', 'tbody'],
  thead: ['tr'],
  tbody: ['tr'],
  tr: ['th', 'td'],
};
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

export interface PageElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly path: readonly string[];
}

export interface Page {
  readonly elements: readonly PageElement[];
  /** All text outside the style sheet and the script, decoded, element by element. */
  readonly text: string;
}

/**
 * Reads a page by the letter: every element closed in order, every attribute quoted and given once,
 * every ampersand an entity, no element where its parent cannot hold it, no comment. What passes is
 * read the same by every browser.
 * @throws Error saying what was expected at which character
 */
export function readPage(source: string): Page {
  const elements: PageElement[] = [];
  const open: string[] = [];
  let text = '';
  const token =
    /<!doctype html>|<style>[^<]*<\/style>|<script>[^<]*<\/script>|<\/([a-z][a-z0-9]*)>|<([a-z][a-z0-9]*)((?: [a-zA-Z-]+(?:="[^"<>]*")?)*)(\/?)>|([^<]+)/y;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    if (!match) throw new Error(`A tag or text was expected at ${at}: ${source.slice(at, at + 80)}`);
    const [, closing, opening, rest = '', empty, words] = match;
    if (closing !== undefined) {
      const last = open.pop();
      if (last !== closing) throw new Error(`</${closing}> at ${at} closes <${last}>.`);
    } else if (opening !== undefined) {
      const allowed = CHILDREN[open.at(-1) ?? ''];
      if (allowed && !allowed.includes(opening)) {
        throw new Error(`<${opening}> at ${at} cannot stand in <${open.at(-1)}>.`);
      }
      if (opening === 'p' && open.includes('p')) throw new Error(`A paragraph begins in one at ${at}.`);
      elements.push({ name: opening, attributes: readAttributes(rest, at), path: [...open] });
      if (!VOID.has(opening) && empty === '') open.push(opening);
    } else if (words !== undefined) {
      text += decode(words, at);
    }
  }
  if (open.length > 0) throw new Error(`The page ends inside ${open.join(' > ')}.`);
  return { elements, text };
}

function readAttributes(source: string, at: number): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', value = ''] of source.matchAll(/ ([a-zA-Z-]+)(?:="([^"<>]*)")?/g)) {
    if (attributes.has(name)) throw new Error(`The attribute ${name} is given twice at ${at}.`);
    attributes.set(name, decode(value, at));
  }
  return attributes;
}

function decode(text: string, at: number): string {
  return text.replace(/&([^;\s]*)(;?)/g, (whole, name: string, end: string) => {
    const character = NAMED[name];
    if (character === undefined || end === '') throw new Error(`${whole} at ${at} is no known entity.`);
    return character;
  });
}
