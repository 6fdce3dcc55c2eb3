import { readFile } from 'node:fs/promises';
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';

/** Keys and indexes from the root of a document to one of its values. */
export type KeyPath = readonly PropertyKey[];

/** A YAML file as plain data, and where in the file each value stands. */
export interface YamlSource {
  readonly value: unknown;
  /** `file:line:column` of a value; of the nearest value around it where it is missing. */
  positionOf(path: KeyPath): string;
  /** `file:line:column` of the key itself. */
  positionOfKey(path: KeyPath): string;
  /** Offset in the file of what `positionOf` names, to put errors in reading order. */
  offsetOf(path: KeyPath): number;
}

/**
 * Reads a YAML 1.2 file; `<<` merges mappings.
 * @param file as the user named it; errors repeat it that way
 * @throws ConfigurationError when the file cannot be read, is not UTF-8, is empty or is not one well-formed document
 */
export async function readYaml(file: string): Promise<YamlSource> {
  return yamlSource(file, await readText(file));
}

/**
 * YAML 1.2 that was read already, or that stands in no file.
 * @throws ConfigurationError when it is empty or not one well-formed document
 */
export function yamlSource(file: string, text: string): YamlSource {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    merge: true,
    stringKeys: true,
    prettyErrors: false,
    logLevel: 'error',
  });
  const place = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const aliased = aliasedNodes(document);
  const problems = [
    ...[...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
      offset: pos[0],
      sentence: syntaxSentence(code, message),
    })),
    ...referenceProblems(document, aliased),
  ].sort((a, b) => a.offset - b.offset);
  if (problems.length > 0) {
    throw new ConfigurationError(...problems.map(({ offset, sentence }) => `${place(offset)}: ${sentence}`));
  }
  if (document.contents === null) throw new ConfigurationError(`${place(0)}: The file is empty.`);
  return {
    value: plainData(document, place(0)),
    positionOf: (path) => place(locate(document, aliased, path).value),
    positionOfKey: (path) => place(locate(document, aliased, path).key),
    offsetOf: (path) => locate(document, aliased, path).value,
  };
}

/** The node that each alias stands for; those that stand for none are missing. */
type Aliased = ReadonlyMap<Alias, Node>;

/**
 * The library's own `resolve` walks the whole document for every alias. An alias stands for the node with
 * its anchor that comes last before it (YAML 1.2 §7.1).
 */
function aliasedNodes(document: Document): Aliased {
  const anchored = new Map<string, Node>();
  const aliased = new Map<Alias, Node>();
  visit(document, {
    Alias(_, alias) {
      const node = anchored.get(alias.source);
      if (node) aliased.set(alias, node);
    },
    Value(_, node) {
      if (node.anchor !== undefined) anchored.set(node.anchor, node);
    },
  });
  return aliased;
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new ConfigurationError(`${file}:1:1: ${readFailure(error)}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigurationError(`${file}:1:1: The file is not UTF-8 text.`);
  }
}

/** Why a file cannot be read, as a sentence. */
export function readFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT') return 'There is no such file.';
  if (code === 'EISDIR') return 'This is a folder, not a file.';
  if (code === 'EACCES') return 'The file may not be read (EACCES).';
  return `The file cannot be read (${code}).`;
}

function syntaxSentence(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'This key stands twice in the same mapping.';
  if (code === 'MULTIPLE_DOCS') return 'The file holds more than one YAML document; one is expected.';
  if (code === 'NON_STRING_KEY') return 'A key must be text.';
  return `${visible(message).replace(/\.$/, '')}.`;
}

/** What the parser only meets when it follows aliases and merges. */
function referenceProblems(document: Document, aliased: Aliased): { offset: number; sentence: string }[] {
  const problems: { offset: number; sentence: string }[] = [];
  visit(document, {
    Alias(_, alias) {
      if (!aliased.has(alias)) {
        problems.push({
          offset: alias.range?.[0] ?? 0,
          sentence: `No anchor "${visible(alias.source)}" stands before this alias.`,
        });
      }
    },
    Pair(_, pair) {
      if (keyOf(pair) !== '<<') return;
      const sources = isSeq(pair.value) ? pair.value.items : [pair.value];
      if (sources.some((source) => !isMap(isAlias(source) ? aliased.get(source) : source))) {
        problems.push({
          offset: offsetOfKey(pair) ?? 0,
          sentence: '"<<" takes mappings or aliases of mappings.',
        });
      }
    },
  });
  return problems;
}

function plainData(document: Document, place: string): unknown {
  try {
    // The limit stops a few lines from growing to gigabytes; files with many targets that build on one need more than
    // the library's own.
    return document.toJS({ maxAliasCount: 10_000 });
  } catch (error) {
    // Unresolved aliases, the other cause of this type, are ruled out before.
    if (!(error instanceof ReferenceError)) throw error;
    throw new ConfigurationError(`${place}: The aliases of the file multiply to more data than is accepted.`);
  }
}

interface Location {
  /** Offsets of the key and of the value; of the nearest key around them where they are missing. */
  readonly key: number;
  readonly value: number;
}

function locate(document: Document, aliased: Aliased, path: KeyPath): Location {
  let node: Node | undefined = document.contents ?? undefined;
  let found: Location = { key: startOf(node) ?? 0, value: startOf(node) ?? 0 };
  for (const step of path) {
    const holder: Node | undefined = isAlias(node) ? aliased.get(node) : node;
    const pair: Pair | undefined = isMap(holder) ? findPair(aliased, holder.items, String(step)) : undefined;
    const item: unknown = isSeq(holder) ? holder.items[Number(step)] : pair?.value;
    const key = pair ? offsetOfKey(pair) : startOf(item);
    if (key === undefined) return { key: found.key, value: found.key };
    node = isNode(item) ? item : undefined;
    found = { key, value: startOf(node) ?? key };
  }
  return found;
}

function findPair(aliased: Aliased, pairs: readonly Pair[], key: string): Pair | undefined {
  const own = pairs.find((pair) => keyOf(pair) === key);
  if (own) return own;
  for (const pair of pairs.filter((candidate) => keyOf(candidate) === '<<')) {
    for (const source of isSeq(pair.value) ? pair.value.items : [pair.value]) {
      const merged = isAlias(source) ? aliased.get(source) : source;
      const found = isMap(merged) ? findPair(aliased, merged.items, key) : undefined;
      if (found) return found;
    }
  }
  return undefined;
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function offsetOfKey(pair: Pair): number | undefined {
  return startOf(pair.key);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}
