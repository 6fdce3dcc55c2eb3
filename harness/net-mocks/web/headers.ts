import { describe, InputError, type Parse, parseString } from '../input/parse.ts';

const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Header fields that can be sent as they are (RFC 9110 5); names in lower case. */
export const parseScriptedHeaders: Parse<Record<string, string>> = (value, path) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(path, `expected an object of header fields, got ${describe(value)}`);
  const headers: Record<string, string> = {};
  for (const [name, content] of Object.entries(value)) {
    if (!FIELD_NAME.test(name)) throw new InputError(path, `${describe(name)} is not a header field name`);
    const text = parseString(content, `${path}.${name}`);
    if (!FIELD_VALUE.test(text))
      throw new InputError(`${path}.${name}`, 'a header field value cannot hold control characters');
    headers[name.toLowerCase()] = text;
  }
  return headers;
};
