/** Runs of lines in base64; a token that is quoted inside an encoded part lies in one of them (RFC 2045 §6.8). */
const BASE64_LINES = /(?:^[A-Za-z0-9+/]{4,}={0,2}[ \t]*\r?$\n?)+/gm;
const ENCODED_WORD = /=\?[^?\s]+\?([bq])\?([^?\s]*)\?=/gi;

/**
 * What a token may stand in, as the search key TEXT of IMAP has it (RFC 9051 §6.4.4): header and body, without
 * regard to case, transfer encodings undone. Octets as Latin-1, in lower case.
 */
export function quotableText(message: Buffer): string {
  const raw = message.toString('latin1');
  const views = [raw, ...decodedParts(raw)];
  return views.join('\n').toLowerCase();
}

/** Whether a text of `quotableText` quotes the token. */
export function quotes(text: string, token: string): boolean {
  return text.includes(token.toLowerCase());
}

function decodedParts(raw: string): string[] {
  const views: string[] = [];
  if (/=(?:\r?\n|[0-9A-Fa-f]{2})/.test(raw)) views.push(fromQuotedPrintable(raw));
  for (const [lines] of raw.matchAll(BASE64_LINES)) views.push(fromBase64(lines));
  const words = [...raw.matchAll(ENCODED_WORD)].map(([, encoding = '', text = '']) =>
    encoding.toLowerCase() === 'b' ? fromBase64(text) : fromQuotedPrintable(text.replaceAll('_', ' ')),
  );
  // Encoded words that stand next to each other are one text (RFC 2047 §6.2).
  if (words.length > 0) views.push(words.join(''));
  return views;
}

function fromQuotedPrintable(text: string): string {
  return text
    .replaceAll(/=[ \t]*\r?\n/g, '')
    .replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('latin1');
}
