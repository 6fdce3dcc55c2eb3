/**
 * Characters that some format cannot carry or some reader shows misleadingly: controls, lone
 * surrogates, noncharacters, private use, direction changes, line and paragraph separators.
 */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A text without any such character, as every text of a record must be. */
export const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;

/**
 * The text on one line, each unprintable character as `\x1b` or `\u{202e}`. The texts of a record
 * have none; this is the second lock, so that no text at all can break a report.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
