import { gunzipSync } from 'node:zlib';
import { readHeader } from '../messages/header.ts';

/** Octets that a report of the lab may have when unpacked. */
const REPORT_LIMIT = 1_000_000;
const GZIP_START = 0x1f;

/**
 * The text of the report that a message carries as its body or as one of its parts, unpacked where it is gzip;
 * a sentence where it carries none. Only base64 is decoded, because binary reports go by no other encoding
 * (RFC 2045 §6.2).
 * @param types what the media type of a report holds
 */
export function unpackedReport(
  message: Buffer,
  types: RegExp,
): { readonly text: string } | { readonly problem: string } {
  const attachment = attachmentOf(message, types);
  if (!attachment) return { problem: `No part of the message has a media type like ${types.source}.` };
  if (attachment[0] !== GZIP_START) return { text: attachment.toString() };
  try {
    return { text: gunzipSync(attachment, { maxOutputLength: REPORT_LIMIT }).toString() };
  } catch {
    return { problem: 'The attachment cannot be unpacked as gzip.' };
  }
}

function attachmentOf(message: Buffer, types: RegExp): Buffer | undefined {
  const boundary = /boundary="?([^";\s]+)/i.exec(fieldOf(message, 'content-type'))?.[1];
  const parts = boundary === undefined ? [message] : partsOf(message, boundary);
  const part = parts.find((one) => types.test(fieldOf(one, 'content-type')));
  if (!part) return undefined;
  const { body } = readHeader(part);
  const encoding = fieldOf(part, 'content-transfer-encoding').trim().toLowerCase();
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
