import type { Services } from '../../harness/check/check.ts';

/** One header field. */
export interface Field {
  /** In lower case. */
  readonly name: string;
  /** Unfolded, without white space around it, octets as Latin-1. */
  readonly value: string;
}

/** The header fields of a message, top first, up to the empty line or to what is no field (RFC 5322 §2.2). */
export function headerFields({ bytes }: Pick<Services, 'bytes'>, content: Buffer): readonly Field[] {
  const fields: Field[] = [];
  const folded: string[] = [];
  for (const line of content.toString('latin1').split(bytes.CRLF.toString())) {
    if (line === '') break;
    if (/^[ \t]/.test(line) && folded.length > 0) folded[folded.length - 1] += ` ${line.trim()}`;
    else if (/^[!-9;-~]+[ \t]*:/.test(line)) folded.push(line);
    else break;
  }
  for (const line of folded) {
    const colon = line.indexOf(':');
    fields.push({ name: line.slice(0, colon).trimEnd().toLowerCase(), value: line.slice(colon + 1).trim() });
  }
  return fields;
}

/** The values of all fields of a name, given in lower case. */
export function valuesOf(fields: readonly Field[], name: string): readonly string[] {
  return fields.filter((field) => field.name === name).map(({ value }) => value);
}
