import { readHeader } from '../../harness/check/check.ts';
import { valuesOf } from './header.ts';

/**
 * The body of a message without its Content-Transfer-Encoding (RFC 2045 §6): quoted-printable and base64
 * decoded, anything else as it is. Only the message itself is looked at, not the parts of a multipart.
 */
export function decodedBody(message: Buffer): Buffer {
  const { fields, body } = readHeader(message);
  const [encoding = '7bit'] = valuesOf(fields, 'content-transfer-encoding');
  switch (encoding.toLowerCase()) {
    case 'quoted-printable':
      return quotedPrintable(body);
    case 'base64':
      return Buffer.from(body.toString('latin1'), 'base64');
    default:
      return body;
  }
}

/** Quoted-printable without its soft line breaks and escapes (RFC 2045 §6.7). */
export function quotedPrintable(encoded: Buffer): Buffer {
  const text = encoded.toString('latin1');
  const joined = text.replace(/[ \t]+(?=\r\n|$)/g, '').replace(/=\r\n/g, '');
  return Buffer.from(
    joined.replace(/=([0-9A-Fa-f]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
    'latin1',
  );
}
