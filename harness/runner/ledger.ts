import { stringify } from 'yaml';
import type { Check } from '../check/define.ts';
import { SUITES } from '../model/suites.ts';

/** An entry of the ledger: where a requirement is checked, or why it is not. */
export type LedgerEntry =
  | { readonly requirement: string; readonly check: string }
  | { readonly 'not-tested': string };

/**
 * The ledger of the catalogue: every requirement by its code, with the file that decides it or the reason why
 * nothing does.
 */
export function ledgerOf(checks: readonly Check[], planned: Readonly<Record<string, string>>): string {
  const entries: (readonly [string, LedgerEntry])[] = [
    ...checks.map(
      ({ definition, source }) =>
        [definition.id as string, { requirement: definition.title, check: source.file }] as const,
    ),
    ...Object.entries(planned).map(([id, reason]) => [id, { 'not-tested': reason }] as const),
  ];
  const rank = (id: string) => SUITES.findIndex(({ prefix }) => id.startsWith(`${prefix}-`));
  entries.sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
  const body = stringify(Object.fromEntries(entries), { lineWidth: 0 });
  return `# Written by npm run lock: every requirement, and the file that decides it.\n${body}`;
}
