import { gunzipSync } from 'node:zlib';
import { readHeader } from '../../mailbox/header.ts';

/** What an aggregate report says (RFC 9990, RFC 7489 Appendix C), as far as it is judged. */
export interface AggregateReport {
  /** The domain whose policy it is about. */
  readonly domain: string;
  /** Messages in all rows together. */
  readonly messages: number;
  /** Rows with these words for the aligned results of DKIM and SPF, such as `fail` and `pass`. */
  readonly rows: readonly { readonly dkim: string; readonly spf: string; readonly count: number }[];
}

/** Octets that a report of the lab may have when unpacked. */
const REPORT_LIMIT = 1_000_000;

/**
 * Reads the aggregate report that a message carries, gzip or plain XML; a sentence where it carries none. Only
 * base64 parts are unpacked, because binary reports go by no other encoding (RFC 2045 §6.2).
 */
export function readAggregateReport(message: Buffer): AggregateReport | string {
  const attachment = attachmentOf(message);
  if (typeof attachment === 'string') return attachment;
  let xml: string;
  try {
    xml =
      attachment[0] === 0x1f
        ? gunzipSync(attachment, { maxOutputLength: REPORT_LIMIT }).toString()
        : attachment.toString();
  } catch {
    return 'The attachment cannot be unpacked as gzip.';
  }
  if (!/<feedback[\s>]/.test(xml)) return 'The attachment is no feedback document.';
  const domain = /<policy_published>[\s\S]*?<domain>\s*([^<\s]+)\s*<\/domain>/.exec(xml)?.[1];
  if (domain === undefined) return 'The document names no domain in policy_published.';
  const rows = [...xml.matchAll(/<row>([\s\S]*?)<\/row>/g)].map(([, row = '']) => {
    const word = (name: string) => new RegExp(`<${name}>\\s*([^<\\s]*)\\s*</${name}>`).exec(row)?.[1] ?? '';
    return { dkim: word('dkim'), spf: word('spf'), count: Number(word('count')) };
  });
  return { domain: domain.toLowerCase(), rows, messages: rows.reduce((sum, { count }) => sum + count, 0) };
}

/** The octets of the whole body, or of the first part, that is an archive or XML. */
function attachmentOf(message: Buffer): Buffer | string {
  const boundary = /boundary="?([^";\s]+)/i.exec(fieldOf(message, 'content-type'))?.[1];
  const parts = boundary === undefined ? [message] : partsOf(message, boundary);
  const part = parts.find((one) => /gzip|xml/i.test(fieldOf(one, 'content-type')));
  if (!part) return 'No part of the message is gzip or XML.';
  const { body } = readHeader(part);
  const encoding = fieldOf(part, 'content-transfer-encoding').toLowerCase();
  return encoding === 'base64' ? Buffer.from(body.toString('latin1'), 'base64') : body;
}

function partsOf(message: Buffer, boundary: string): Buffer[] {
  const text = readHeader(message).body.toString('latin1');
  const [, ...parts] = text.split(`--${boundary}`);
  return parts
    .filter((part) => !part.startsWith('--'))
    .map((part) => Buffer.from(part.replace(/^\r?\n/, ''), 'latin1'));
}

function fieldOf(part: Buffer, name: string): string {
  return readHeader(part).fields.find((field) => field.name === name)?.value ?? '';
}
