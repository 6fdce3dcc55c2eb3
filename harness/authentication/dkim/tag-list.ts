/** One tag of a signature or of a key record (RFC 6376 §3.2). */
export interface Tag {
  /** As written; names are case-sensitive. */
  readonly name: string;
  /** Without the white space around it. */
  readonly value: string;
}

/**
 * Reads a list of tags, in the order in which they stand. Null where it is none: a part without name or
 * equals sign, or the same tag twice.
 */
export function parseTagList(text: string): readonly Tag[] | null {
  const parts = text.split(';');
  if (parts.at(-1)?.trim() === '') parts.pop();
  const tags: Tag[] = [];
  for (const part of parts) {
    const [, name, value = ''] = /^\s*([A-Za-z][A-Za-z0-9_]*)\s*=([\s\S]*)$/.exec(part) ?? [];
    if (name === undefined || tags.some((tag) => tag.name === name)) return null;
    tags.push({ name, value: value.trim() });
  }
  return tags;
}

/** The value of a tag; undefined where the list does not have it. */
export function tagValue(tags: readonly Tag[] | null, name: string): string | undefined {
  return tags?.find((tag) => tag.name === name)?.value;
}

/** The members of a value that is a list, such as `h=`, in lower case. */
export function membersOf(value: string | undefined): readonly string[] {
  return (value ?? '')
    .split(':')
    .map((member) => member.trim().toLowerCase())
    .filter((member) => member !== '');
}
