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
    const [keyword = '', ...parameters] = text.trim().split(/[\s=]+/);
    const name = keyword.toUpperCase();
    if (!keywords.has(name)) keywords.set(name, parameters.join(' '));
    if (name === 'AUTH') for (const mechanism of parameters) mechanisms.add(mechanism.toUpperCase());
  }
  return { keywords, mechanisms: [...mechanisms].filter((mechanism) => mechanism !== '') };
}
