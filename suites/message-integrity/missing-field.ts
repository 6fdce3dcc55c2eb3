import type { HeaderField } from '../../harness/check/check.ts';

/** White space, and the marks that an address has or has not: what servers that write fields anew differ in. */
const FORM = /[\s<>"]/g;

/**
 * The first field that is not among the others, whatever their order. One that only its form distinguishes is there:
 * whether fields are kept octet by octet is judged by MSG-010.
 */
export function missingField(
  sent: readonly HeaderField[],
  arrived: readonly HeaderField[],
): HeaderField | undefined {
  const found = new Set(arrived.map(essence));
  return sent.find((field) => !found.has(essence(field)));
}

function essence({ octets }: HeaderField): string {
  return octets.toString('latin1').replace(FORM, '').toLowerCase();
}
