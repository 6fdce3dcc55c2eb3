import type { TargetRecord } from './record.ts';

/** Servers that remedies have settings for, and how they name themselves. */
const PRODUCTS = {
  Postfix: /\bPostfix\b/i,
  Exim: /\bExim\b/i,
  OpenSMTPD: /\bOpenSMTPD\b/i,
  Sendmail: /\bSendmail\b/i,
  Haraka: /\bHaraka\b/i,
  Dovecot: /\bDovecot\b/i,
  Courier: /\bCourier\b/i,
  Cyrus: /\bCyrus\b/i,
} as const;

/**
 * The servers that greet on the ports of a target, by the names that remedies have for them: from greetings and from
 * what they announce (`XVERP=Courier`). Empty where none of them says what it is.
 */
export function productsOf({
  capabilities,
  hostname,
}: Pick<TargetRecord, 'capabilities' | 'hostname'>): readonly string[] {
  const said = capabilities.flatMap(({ greeting, clear, tls }) => [
    withoutNames(greeting ?? '', hostname),
    ...clear,
    ...tls,
  ]);
  return Object.entries(PRODUCTS).flatMap(([product, name]) =>
    said.some((text) => name.test(text)) ? [product] : [],
  );
}

/** A greeting without names of hosts: `postfix.example.org` says nothing about what runs there (RFC 5321 §4.2). */
function withoutNames(greeting: string, hostname: string): string {
  return greeting
    .replace(/^220[ -]\S+/, '')
    .replaceAll(hostname === '' ? '\n' : hostname, '')
    .replace(/(?:[\w-]+\.)+[a-z]{2,}\b/gi, '');
}
