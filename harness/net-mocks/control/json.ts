/** JSON in which octets travel as `{"base64": …}`, the form that inputs use as well. */

export function writeJson(value: unknown): string {
  return JSON.stringify(value, function (this: unknown, key: string, content: unknown) {
    // Buffer has a toJSON of its own, which has already been applied to `content`.
    const original: unknown = typeof this === 'object' && this !== null ? Reflect.get(this, key) : content;
    return Buffer.isBuffer(original) ? { base64: original.toString('base64') } : content;
  });
}

/** Turns the octets back into Buffers. */
export function readJson(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const [entry, ...others] = Object.entries(value);
    if (entry === undefined || others.length > 0) return value;
    const [name, content] = entry;
    return name === 'base64' && typeof content === 'string' ? Buffer.from(content, 'base64') : value;
  });
}
