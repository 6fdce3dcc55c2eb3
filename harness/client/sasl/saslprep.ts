/**
 * SASLprep, the preparation of names and passwords before they are hashed (RFC 4013): mapping (§2.1),
 * normalisation to NFKC (§2.2) and prohibited output (§2.3). Not done: the check of bidirectional
 * text (§2.4), and the exclusion of code points unassigned in Unicode 3.2 (§2.5), whose tables are
 * frozen while JavaScript normalises by the Unicode version of its engine.
 */

/** Non-ASCII space characters (RFC 3454 table C.1.2), mapped to U+0020. */
const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;

/** Characters commonly mapped to nothing (RFC 3454 table B.1). */
const NOTHING =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: the table lists joiners and selectors one by one.
  /[\u00ad\u034f\u1806\u180b-\u180d\u2060\ufe00-\ufe0f\ufeff\u200c\u200d]/gu;

/** Tables C.2.1, C.2.2 and C.3 to C.9 of RFC 3454: what must not stand in the result. */
const PROHIBITED: readonly { readonly table: string; readonly characters: RegExp }[] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the table is that of the control characters.
  { table: 'C.2.1', characters: /[\u0000-\u001f\u007f]/u },
  {
    table: 'C.2.2',
    characters:
      // biome-ignore lint/suspicious/noMisleadingCharacterClass: the table lists joiners one by one.
      /[\u0080-\u009f\u06dd\u070f\u180e\u200c\u200d\u2028\u2029\u2060-\u2063\u206a-\u206f\ufeff\ufff9-\ufffc\u{1d173}-\u{1d17a}]/u,
  },
  { table: 'C.3', characters: /\p{Co}/u },
  { table: 'C.4', characters: /[\ufdd0-\ufdef]|[\ufffe\uffff]|\p{Noncharacter_Code_Point}/u },
  { table: 'C.5', characters: /\p{Cs}/u },
  { table: 'C.6', characters: /[\ufff9-\ufffd]/u },
  { table: 'C.7', characters: /[\u2ff0-\u2ffb]/u },
  { table: 'C.8', characters: /[\u0340\u0341\u200e\u200f\u202a-\u202e\u206a-\u206f]/u },
  { table: 'C.9', characters: /[\u{e0001}\u{e0020}-\u{e007f}]/u },
];

/**
 * The prepared form of a name or password.
 * @throws Error naming the table of RFC 3454 when the result holds a prohibited character
 */
export function saslPrep(text: string): string {
  const prepared = text.replace(SPACES, ' ').replace(NOTHING, '').normalize('NFKC');
  const found = PROHIBITED.find(({ characters }) => characters.test(prepared));
  if (found)
    throw new Error(
      `A name or password holds a character that SASLprep prohibits (RFC 3454 ${found.table}).`,
    );
  return prepared;
}
