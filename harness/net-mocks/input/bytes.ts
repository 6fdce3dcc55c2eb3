import { fieldsOf, InputError, type Parse, parseString } from './parse.ts';

/** Octets as JSON: exactly one of text (UTF-8), hex and base64. */
export type Bytes = { text: string } | { hex: string } | { base64: string };

const HEX = /^(?:[0-9a-fA-F]{2})*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export const parseHex: Parse<Buffer> = (value, path) => {
  const text = parseString(value, path);
  if (!HEX.test(text)) throw new InputError(path, 'expected pairs of hexadecimal digits');
  return Buffer.from(text, 'hex');
};

export const parseBytes: Parse<Buffer> = (value, path) => {
  const fields = fieldsOf(value, path);
  const text = fields.optional('text', parseString);
  const hex = fields.optional('hex', parseHex);
  const base64 = fields.optional('base64', (encoded, at) => {
    const content = parseString(encoded, at);
    if (!BASE64.test(content)) throw new InputError(at, 'expected base64 with padding (RFC 4648)');
    return Buffer.from(content, 'base64');
  });
  fields.end();
  const given = [text === undefined ? undefined : Buffer.from(text, 'utf8'), hex, base64].filter(
    (form) => form !== undefined,
  );
  const [only] = given;
  if (only === undefined || given.length > 1)
    throw new InputError(path, 'expected exactly one of text, hex and base64');
  return only;
};
