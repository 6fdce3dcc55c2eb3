import type { HeaderField } from '../../harness/check/check.ts';

/** Values of the fields with a name, unfolded. */
export function valuesOf(fields: readonly HeaderField[], wanted: string): string[] {
  return fields.filter(({ name }) => name === wanted).map(({ value }) => value);
}
