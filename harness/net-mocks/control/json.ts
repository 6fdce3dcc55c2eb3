/** JSON in which octets travel as `{"base64": …}`, the form that inputs use as well. */

export function writeJson(value: unknown): string {
  return JSON.stringify(withoutBuffers(value));
}

/** Turns the octets back into Buffers. */
export function readJson(text: string): unknown {
  return withBuffers(JSON.parse(text));
}

/** Buffer has a toJSON of its own, which would make a number of each octet. */
function withoutBuffers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Buffer.isBuffer(value)) return { base64: value.toString('base64') };
  if (Array.isArray(value)) return value.map(withoutBuffers);
  if ('toJSON' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [name, withoutBuffers(content)]));
}

function withBuffers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withBuffers);
  const entries = Object.entries(value);
  const [first] = entries;
  if (first?.[0] === 'base64' && entries.length === 1 && typeof first[1] === 'string')
    return Buffer.from(first[1], 'base64');
  return Object.fromEntries(entries.map(([name, content]) => [name, withBuffers(content)]));
}
