import { readHeader } from '../../harness/check/check.ts';

/** The values of all header fields of a name, given in lower case, top first. */
export function valuesOf(content: Buffer, name: string): readonly string[] {
  return readHeader(content)
    .fields.filter((field) => field.name === name)
    .map(({ value }) => value);
}
