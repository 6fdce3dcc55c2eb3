import { visibleExcerpt } from '../evidence/visible.ts';
import { Malformed } from '../wire/failures.ts';

/**
 * A value of IMAP data (RFC 9051 §4): an atom, number or flag as text; a quoted string or literal as
 * octets; `NIL` as null; a parenthesised list as array.
 */
export type ImapValue = string | Buffer | null | readonly ImapValue[];

/** Deepest nesting of lists that is read; body structures of real messages stay far below. */
const NESTING_LIMIT = 100;

/** A stretch of a response: text between literals, or the octets of a literal. */
export type ImapStretch =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'literal'; readonly bytes: Buffer };

/**
 * Tokenises what stands after the label of an untagged response.
 * @throws Malformed when a list or quoted string is not closed, or nests too deeply
 */
export function parseImapValues(stretches: readonly ImapStretch[]): readonly ImapValue[] {
  const top: ImapValue[] = [];
  const open: ImapValue[][] = [top];
  const innermost = () => open.at(-1) ?? top;
  for (const stretch of stretches) {
    if (stretch.kind === 'literal') innermost().push(stretch.bytes);
    else readText(stretch.text, open, innermost);
  }
  if (open.length !== 1) throw new Malformed('An IMAP response ended inside a parenthesised list.');
  return top;
}

function readText(text: string, open: ImapValue[][], innermost: () => ImapValue[]): void {
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === ' ') {
      at += 1;
    } else if (character === '(') {
      if (open.length > NESTING_LIMIT)
        throw new Malformed(`An IMAP response nests lists more than ${NESTING_LIMIT} deep.`);
      const list: ImapValue[] = [];
      innermost().push(list);
      open.push(list);
      at += 1;
    } else if (character === ')') {
      if (open.length === 1) throw malformed('a list that was opened', text, at);
      open.pop();
      at += 1;
    } else if (character === '"') {
      const end = quotedEnd(text, at);
      innermost().push(Buffer.from(text.slice(at + 1, end).replace(/\\(.)/gs, '$1'), 'latin1'));
      at = end + 1;
    } else {
      const end = atomEnd(text, at);
      const atom = text.slice(at, end);
      innermost().push(atom.toUpperCase() === 'NIL' ? null : atom);
      at = end;
    }
  }
}

/** Position of the quote that closes the string that opens at `from`. */
function quotedEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  throw malformed('a closing quote', text, from);
}

/** End of an atom; brackets hold a section together, as in `BODY[HEADER.FIELDS (DATE FROM)]<0>`. */
function atomEnd(text: string, from: number): number {
  let at = from;
  let brackets = 0;
  for (; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '[') brackets += 1;
    else if (character === ']' && brackets > 0) brackets -= 1;
    else if (brackets === 0 && (character === ' ' || character === '(' || character === ')')) break;
  }
  if (brackets > 0) throw malformed('a closing bracket', text, from);
  return at;
}

function malformed(expected: string, text: string, at: number): Malformed {
  const found = visibleExcerpt(Buffer.from(text.slice(at), 'latin1'), 120);
  return new Malformed(`Expected ${expected} in an IMAP response, found "${found}".`);
}

/** Text of an atom, quoted string or literal, octets as Latin-1; undefined for NIL and lists. */
export function imapText(value: ImapValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? value.toString('latin1') : undefined;
}

/** The items of a list; empty for anything else. */
export function imapList(value: ImapValue | undefined): readonly ImapValue[] {
  return Array.isArray(value) ? value : [];
}
