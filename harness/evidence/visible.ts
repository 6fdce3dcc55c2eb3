/**
 * The visible notation: an injective map from bytes to printable text. Printable ASCII and ordinary
 * Unicode stay as they are; `\` becomes `\\`; CR, LF and TAB become `\r`, `\n`, `\t`; every other
 * control, invalid UTF-8 octet and invisible or direction-changing character becomes `\x1b` or
 * `\u{202e}`. Its output survives XML, HTML, TAP and a terminal, and two different inputs never look
 * the same.
 */

const NAMED: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };

// Cc, Cf (bidi controls, zero width), Zl, Zp, Co, Cn, Cs, what has no glyph of its own (fillers,
// variation selectors, the empty braille pattern) and every space but U+0020; U+FFFD stays escaped too,
// because a decoder inserts it for bytes that were something else.
const UNSAFE =
  /[\p{C}\p{Default_Ignorable_Code_Point}\u2800\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufffd]/u;

/** Length in octets of the well-formed UTF-8 sequence at `at`, or 0 where there is none (RFC 3629 §4). */
function utf8Length(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length =
    first < 0x80
      ? 1
      : first >= 0xc2 && first <= 0xdf
        ? 2
        : (first & 0xf0) === 0xe0
          ? 3
          : first >= 0xf0 && first <= 0xf4
            ? 4
            : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  for (let i = 1; i < length; i += 1) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] ?? 0;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
}

function visibleCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code > 0x1f && code < 0x7f && code !== 0x5c) return character;
  const named = NAMED[code];
  if (named) return named;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  return UNSAFE.test(character) ? `\\u{${code.toString(16)}}` : character;
}

/** All but the printable ASCII that stands for itself, a character at a time. */
const ESCAPED = /[^ -~]|\\/gu;

/** Bytes in visible notation. A string is taken as its UTF-8 octets; a lone surrogate becomes `\u{d800}`. */
export function visible(content: Uint8Array | string): string {
  if (typeof content === 'string') return content.replace(ESCAPED, visibleCharacter);
  const octets = Buffer.from(content.buffer, content.byteOffset, content.length);
  const parts: string[] = [];
  for (let at = 0; at < octets.length; ) {
    // Dialogues are ASCII but for a few octets: built character by character, their texts take more time
    // and memory than all the rest of a record.
    let end = at;
    while ((octets[end] ?? 0x80) < 0x80) end += 1;
    if (end > at) parts.push(octets.toString('latin1', at, end).replace(ESCAPED, visibleCharacter));
    if (end === octets.length) break;
    const length = utf8Length(octets, end);
    parts.push(
      length === 0
        ? `\\x${(octets[end] ?? 0).toString(16)}`
        : visibleCharacter(octets.toString('utf8', end, end + length)),
    );
    at = end + Math.max(1, length);
  }
  return parts.join('');
}

/** Visible notation cut to about `limit` characters, the cut marked by `…` and the number of octets left out. */
export function visibleExcerpt(content: Uint8Array | string, limit: number): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  if (bytes.length <= limit) return visible(content);
  return `${visible(bytes.subarray(0, limit))}… (${bytes.length - limit} octets more)`;
}

/**
 * A sentence of ours that may quote text in visible notation: what is unsafe is mapped, backslashes
 * stay, so that a quotation is not escaped a second time. Not injective; for sentences, not for evidence.
 */
export function printable(sentence: string): string {
  return sentence.replace(/[^ -~]/gu, visibleCharacter);
}
