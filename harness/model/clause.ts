/** A clause of a published text: `rfc3207#4.2`, `bsi-tr-03108#4.1.3`, `cisa-bod-18-01#email`. */
export type Clause = `${string}#${string}`;

export interface ClauseFacts {
  /** As a person writes it: `RFC 3207 §4.2`. */
  readonly label: string;
  /** Where the text is published, if it has a stable address. */
  readonly url: string | null;
}

const OTHER_DOCUMENTS: ReadonlyMap<string, { readonly label: string; readonly url: string | null }> = new Map(
  [
    ['bsi-tr-03108', { label: 'BSI TR-03108', url: 'https://www.bsi.bund.de/dok/TR-03108-en' }],
    ['bsi-tr-03182', { label: 'BSI TR-03182', url: 'https://www.bsi.bund.de/dok/TR-03182-en' }],
    [
      'cisa-bod-18-01',
      {
        label: 'CISA BOD 18-01',
        url: 'https://www.cisa.gov/news-events/directives/bod-18-01-enhance-email-and-web-security',
      },
    ],
  ],
);

/**
 * Label and address of a clause.
 * @throws Error when there is no section, or the document is neither an RFC nor one that mailspec knows.
 */
export function clauseFacts(clause: Clause): ClauseFacts {
  const [, document = '', section = ''] = /^([^#]*)#(.+)$/.exec(clause) ?? [];
  if (section === '') throw new Error(`The clause ${clause} names no section.`);
  const rfc = /^rfc(\d+)$/.exec(document);
  if (rfc) {
    const appendix = /^appendix-(.+)$/.exec(section);
    if (appendix) {
      return {
        label: `RFC ${rfc[1]} Appendix ${appendix[1]}`,
        url: `https://www.rfc-editor.org/rfc/rfc${rfc[1]}#appendix-${appendix[1]}`,
      };
    }
    return {
      label: `RFC ${rfc[1]} §${section}`,
      url: `https://www.rfc-editor.org/rfc/rfc${rfc[1]}#section-${section}`,
    };
  }
  const other = OTHER_DOCUMENTS.get(document);
  if (!other) throw new Error(`The clause ${clause} names a document that mailspec does not know.`);
  return { label: `${other.label} §${section}`, url: other.url };
}
