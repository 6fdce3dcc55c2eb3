/** What a CAPA reply announced (RFC 2449 §5); keywords in upper case. */
export interface Pop3Capabilities {
  /** Keyword and its parameters, as one string without the keyword. */
  readonly keywords: ReadonlyMap<string, string>;
  /** SASL mechanisms, upper case, without repetition (RFC 5034 §3). */
  readonly mechanisms: readonly string[];
}

/** Reads the lines after the `+OK` of CAPA. */
export function parseCapa(lines: readonly Buffer[]): Pop3Capabilities {
  const keywords = new Map<string, string>();
  const mechanisms = new Set<string>();
  for (const line of lines) {
    const [keyword = '', ...parameters] = line.toString('latin1').trim().split(/\s+/);
    const name = keyword.toUpperCase();
    if (name !== '' && !keywords.has(name)) keywords.set(name, parameters.join(' '));
    if (name === 'SASL') for (const mechanism of parameters) mechanisms.add(mechanism.toUpperCase());
  }
  return { keywords, mechanisms: [...mechanisms] };
}
