import { XMLParser, XMLValidator } from 'fast-xml-parser';

export interface Tree {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Tree[];
  readonly text: string;
}

type Ordered = Record<string, unknown>;

const ATTRIBUTES = ':@';
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
});

/** XML as a library reads it that knows nothing of mailspec. @throws Error when it is not well-formed */
export function parseXml(source: string): Tree {
  const verdict = XMLValidator.validate(source);
  if (verdict !== true) throw new Error(`The XML is not well-formed: ${verdict.err.msg}`);
  const roots = (parser.parse(source) as Ordered[]).filter((node) => !('?xml' in node));
  const root = trees(roots).find(({ name }) => name !== '#text');
  if (!root) throw new Error('The XML has no element.');
  return root;
}

function trees(nodes: readonly Ordered[]): Tree[] {
  return nodes.map((node) => {
    const name = Object.keys(node).find((key) => key !== ATTRIBUTES) ?? '';
    if (name === '#text') return { name, attributes: {}, children: [], text: String(node[name]) };
    const children = trees(node[name] as Ordered[]);
    return {
      name,
      attributes: (node[ATTRIBUTES] ?? {}) as Record<string, string>,
      children: children.filter((child) => child.name !== '#text'),
      text: children.map((child) => (child.name === '#text' ? child.text : '')).join(''),
    };
  });
}
