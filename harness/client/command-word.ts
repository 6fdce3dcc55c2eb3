/**
 * How a command is named in evidence and errors: its first word, where that is a command word. Whatever
 * else was sent may be a secret, such as a SASL response.
 */
export function commandWord(text: string): string {
  return /^[A-Za-z]{1,12}(?= |$)/.exec(text)?.[0] ?? 'what was sent';
}
