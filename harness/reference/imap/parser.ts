/** A command broke the grammar; the message says what was expected. */
export class ImapSyntaxError extends Error {
  override readonly name = 'ImapSyntaxError';
  constructor(expected: string) {
    super(`Expected ${expected}.`);
  }
}

/**
 * A command as received: text (one character per octet) with a literal between every two texts, and
 * how far it is read.
 */
export interface Cursor {
  readonly texts: readonly string[];
  readonly literals: readonly Buffer[];
  part: number;
  at: number;
}

export function cursorOver(texts: readonly string[], literals: readonly Buffer[]): Cursor {
  return { texts, literals, part: 0, at: 0 };
}

function rest({ texts, part, at }: Cursor): string {
  return (texts[part] ?? '').slice(at);
}

export function atEnd(cursor: Cursor): boolean {
  return rest(cursor) === '' && cursor.part === cursor.texts.length - 1;
}

/** Takes `text` (letter case ignored) if it comes next. */
export function accept(cursor: Cursor, text: string): boolean {
  if (rest(cursor).slice(0, text.length).toUpperCase() !== text.toUpperCase()) return false;
  cursor.at += text.length;
  return true;
}

export function expect(cursor: Cursor, text: string): void {
  if (!accept(cursor, text)) throw new ImapSyntaxError(text === ' ' ? 'one space' : text);
}

export function expectEnd(cursor: Cursor): void {
  if (!atEnd(cursor)) throw new ImapSyntaxError('the end of the command');
}

/** Takes what `pattern`, anchored at its beginning, matches. */
function take(cursor: Cursor, pattern: RegExp, what: string): string {
  const found = pattern.exec(rest(cursor))?.[0];
  if (!found) throw new ImapSyntaxError(what);
  cursor.at += found.length;
  return found;
}

/** RFC 9051 §9: atom. */
export function atom(cursor: Cursor): string {
  return take(cursor, /^[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]+/, 'an atom');
}

export function number(cursor: Cursor): number {
  const digits = take(cursor, /^\d{1,10}/, 'a number');
  if (Number(digits) > 4_294_967_295) throw new ImapSyntaxError('a number below 2^32');
  return Number(digits);
}

/** RFC 9051 §9: sequence-set, as text. */
export function sequenceText(cursor: Cursor): string {
  return take(
    cursor,
    /^(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?(?:,(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?)*/,
    'a sequence set',
  );
}

/** RFC 9051 §9: flag-list. */
export function flagList(cursor: Cursor): string[] {
  expect(cursor, '(');
  const flags: string[] = [];
  while (!accept(cursor, ')')) {
    if (flags.length > 0) expect(cursor, ' ');
    flags.push(flag(cursor));
  }
  return flags;
}

export function flag(cursor: Cursor): string {
  return accept(cursor, '\\') ? `\\${atom(cursor)}` : atom(cursor);
}

/** RFC 9051 §9: string, quoted or literal. */
export function string(cursor: Cursor): string {
  const taken = takeLiteral(cursor);
  if (taken) return taken.toString('latin1');
  const quoted = take(cursor, /^"(?:[^"\\]|\\["\\])*"/, 'a string');
  return quoted.slice(1, -1).replace(/\\(["\\])/g, '$1');
}

/** RFC 9051 §9: astring. */
export function astring(cursor: Cursor): string {
  const next = rest(cursor)[0];
  if (next === undefined || next === '"') return string(cursor);
  return take(cursor, /^[!#$&'+,\-./0-9:;<=>?@A-Z[\]^_`a-z|}~\x80-\xff]+/, 'a string');
}

/** RFC 9051 §9: list-mailbox. */
export function listMailbox(cursor: Cursor): string {
  const next = rest(cursor)[0];
  if (next === undefined || next === '"') return string(cursor);
  return take(cursor, /^[!#$%&'*+,\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]+/, 'a mailbox pattern');
}

/** The literal that comes next, if one does. */
export function takeLiteral(cursor: Cursor): Buffer | undefined {
  const content = cursor.literals[cursor.part];
  if (rest(cursor) !== '' || !content) return undefined;
  cursor.part++;
  cursor.at = 0;
  return content;
}

/** The character that comes next; undefined before a literal and at the end. */
export function peek(cursor: Cursor): string | undefined {
  return rest(cursor)[0];
}
