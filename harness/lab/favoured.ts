import type { LabAccess } from '../model/lab-access.ts';
import { Inconclusive } from '../model/outcomes.ts';

/** Why nothing can be told about how the target treats strangers; undefined where the vantages are strangers. */
export function favouredBy({
  preflight: { trustedVantage, notes },
}: Pick<LabAccess, 'preflight'>): Inconclusive | undefined {
  if (!trustedVantage) return undefined;
  return new Inconclusive(
    'environment',
    `The target trusts an address that the client connects from, so it cannot be seen how it treats strangers; "client-addresses" of the target chooses others. ${notes.join(' ')}`,
  );
}
