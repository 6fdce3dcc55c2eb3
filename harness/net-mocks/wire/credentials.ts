/** Where in a text secrets stand: from an index, up to another. */
export interface Span {
  from: number;
  to: number;
}

/** The initial response of an AUTH command (RFC 4954 4): everything after the mechanism. */
const AUTH_RESPONSE = /(?:^|\n)[ \t]*AUTH[ \t]+[^ \t\r\n]+[ \t]+([^\r\n]+)/dgi;

/** Secrets in SMTP commands, one or many lines of them. */
export function smtpSecrets(octets: Buffer): Span[] {
  // Latin-1 keeps every octet at its own index.
  return [...octets.toString('latin1').matchAll(AUTH_RESPONSE)].flatMap((match) => {
    const span = match.indices?.[1];
    return span === undefined ? [] : [{ from: span[0], to: span[1] }];
  });
}

const ASTERISK = 0x2a;

/** A copy with asterisks of the same number in place of the secrets. */
export function mask(octets: Buffer, spans: readonly Span[]): Buffer {
  const copy = Buffer.from(octets);
  for (const { from, to } of spans) copy.fill(ASTERISK, from, to);
  return copy;
}
