import { Unreadable } from './unreadable.ts';

export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

// Every character that XML 1.0 §2.2 does not admit, and the C1 controls that it discourages.
const FORBIDDEN = /[^\t\n\r\u{20}-\u{7e}\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/**
 * Reads the XML that mailspec writes: elements, attributes in double quotes, text, one declaration;
 * no comments, CDATA, doctype or processing instructions. Shares no code with the writer.
 * @throws Unreadable for anything that is not well-formed or not of this kind
 */
export function readXml(source: string): Element {
  const forbidden = FORBIDDEN.exec(source);
  if (forbidden) throw new Unreadable(`Character ${forbidden.index} is not allowed in XML.`);
  const root: Element = { name: '', attributes: new Map(), children: [], text: '' };
  const open = [root];
  const token = /<\?xml [^?]*\?>|<\/([\w.-]+)>|<([\w.-]+)((?: [\w.:-]+="[^"<]*")*)(\/?)>|([^<]+)/y;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    const parent = open.at(-1);
    if (!match || !parent) throw new Unreadable(`A tag or text was expected at character ${at}.`);
    const [whole, closing, opening, rest = '', empty, text] = match;
    if (closing !== undefined) {
      if (closing !== parent.name || open.length === 1) {
        throw new Unreadable(`</${closing}> at character ${at} ends <${parent.name}>.`);
      }
      open.pop();
    } else if (opening !== undefined) {
      const element: Element = { name: opening, attributes: readAttributes(rest), children: [], text: '' };
      parent.children.push(element);
      if (empty === '') open.push(element);
    } else if (text !== undefined) {
      parent.text += decode(text);
    } else if (at !== 0) {
      throw new Unreadable(`${whole} may only begin the file, found at character ${at}.`);
    }
  }
  const [first, second] = root.children;
  if (open.length !== 1 || !first || second || root.text.trim() !== '') {
    throw new Unreadable('The file must hold one element, closed at its end.');
  }
  return first;
}

function readAttributes(source: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', value = ''] of source.matchAll(/ ([\w.:-]+)="([^"<]*)"/g)) {
    if (attributes.has(name)) throw new Unreadable(`The attribute ${name} is given twice.`);
    attributes.set(name, decode(value));
  }
  return attributes;
}

function decode(text: string): string {
  return text.replace(/&([^;&]*)(;?)/g, (whole, name: string, end: string) => {
    const character = ENTITIES[name];
    if (character === undefined || end === '') throw new Unreadable(`${whole} is not an entity of XML.`);
    return character;
  });
}
