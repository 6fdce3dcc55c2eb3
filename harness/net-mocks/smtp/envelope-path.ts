import type { EnvelopePath } from './capture.ts';

/**
 * Reads the argument of MAIL (`FROM:<…> …`) or RCPT (`TO:<…> …`), RFC 5321 4.1.1. Lenient about the
 * address, because odd ones are what tests are about; null when the keyword is missing.
 */
export function readEnvelopePath(argument: string, keyword: 'FROM' | 'TO'): EnvelopePath | null {
  const opening = new RegExp(`^${keyword}:[ \\t]*`, 'i').exec(argument)?.[0];
  if (opening === undefined) return null;
  const rest = argument.slice(opening.length);
  const { address, end } = rest.startsWith('<') ? bracketed(rest) : bare(rest);
  const parameters = rest
    .slice(end)
    .split(/[ \t]+/)
    .filter((text) => text !== '')
    .map((text) => {
      const equals = text.indexOf('=');
      return equals < 0
        ? { keyword: text.toUpperCase(), value: null }
        : { keyword: text.slice(0, equals).toUpperCase(), value: text.slice(equals + 1) };
    });
  return { argument, address, parameters };
}

/** Ends at the first `>` outside a quoted string. */
function bracketed(text: string): { address: string; end: number } {
  let quoted = false;
  for (let at = 1; at < text.length; at += 1) {
    if (quoted && text[at] === '\\') at += 1;
    else if (text[at] === '"') quoted = !quoted;
    else if (text[at] === '>' && !quoted) return { address: text.slice(1, at), end: at + 1 };
  }
  return { address: text.slice(1), end: text.length };
}

function bare(text: string): { address: string; end: number } {
  const address = /^[^ \t]*/.exec(text)?.[0] ?? '';
  return { address, end: address.length };
}
