/** What is no base64 (RFC 4648 §3): the last two decode to something where a server is lenient. */
export const NO_BASE64 = ['=AAA', '!!!!', 'AAA=BBB'] as const;

/** A response with a character outside of the alphabet: a decoder that skips it gets the right one. */
export function withForeignCharacter(right: string): string {
  return `${right.slice(0, 4)}!${right.slice(4)}`;
}
