import type { SmtpReply } from './smtp-reply.ts';

/** What an EHLO reply announced (RFC 5321 §4.1.1.1); keywords in upper case. */
export interface SmtpCapabilities {
  /** Keyword and its parameters, as one string without the keyword. */
  readonly keywords: ReadonlyMap<string, string>;
  /** SASL mechanisms of `AUTH …` and of the older `AUTH=…` form, upper case, without repetition. */
  readonly mechanisms: readonly string[];
}

/** Reads the keyword lines of a 250 reply to EHLO; the first line is the server's name. */
export function parseEhlo(reply: SmtpReply): SmtpCapabilities {
  const keywords = new Map<string, string>();
  const mechanisms = new Set<string>();
  for (const text of reply.lines.slice(1)) {
    // Servers write `AUTH=` for clients that know that older form alone.
    const [, keyword = '', parameters = ''] = /^([^\s=]*)(?:[\s=]+(.*))?$/s.exec(text.trim()) ?? [];
    const name = keyword.toUpperCase();
    const words = parameters.split(/\s+/).filter((word) => word !== '');
    if (name !== '' && !keywords.has(name)) keywords.set(name, words.join(' '));
    if (name === 'AUTH') for (const mechanism of words) mechanisms.add(mechanism.toUpperCase());
  }
  return { keywords, mechanisms: [...mechanisms] };
}
