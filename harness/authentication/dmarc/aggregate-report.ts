import { unpackedReport } from '../report-attachment.ts';

/** What an aggregate report says (RFC 9990, RFC 7489 Appendix C), as far as it is judged. */
export interface AggregateReport {
  /** The domain whose policy it is about. */
  readonly domain: string;
  /** Messages in all rows together. */
  readonly messages: number;
  /** Rows with these words for the aligned results of DKIM and SPF, such as `fail` and `pass`. */
  readonly rows: readonly { readonly dkim: string; readonly spf: string; readonly count: number }[];
}

/**
 * Reads the aggregate report that a message carries, gzip or plain XML; a sentence where it carries none. Only
 * base64 parts are unpacked, because binary reports go by no other encoding (RFC 2045 §6.2).
 */
export function readAggregateReport(message: Buffer): AggregateReport | string {
  const unpacked = unpackedReport(message, /gzip|xml/i);
  if ('problem' in unpacked) return unpacked.problem;
  const xml = unpacked.text;
  if (!/<feedback[\s>]/.test(xml)) return 'The attachment is no feedback document.';
  const domain = /<policy_published>[\s\S]*?<domain>\s*([^<\s]+)\s*<\/domain>/.exec(xml)?.[1];
  if (domain === undefined) return 'The document names no domain in policy_published.';
  const rows = [...xml.matchAll(/<row>([\s\S]*?)<\/row>/g)].map(([, row = '']) => {
    const word = (name: string) => new RegExp(`<${name}>\\s*([^<\\s]*)\\s*</${name}>`).exec(row)?.[1] ?? '';
    return { dkim: word('dkim'), spf: word('spf'), count: Number(word('count')) };
  });
  return { domain: domain.toLowerCase(), rows, messages: rows.reduce((sum, { count }) => sum + count, 0) };
}
