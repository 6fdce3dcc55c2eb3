import type { Gate } from '../../reports/model/record.ts';
import type { Profile } from './profile.ts';

/** What a requirement is under two profiles; null where it is no part of one. */
export interface GateChange {
  readonly check: string;
  readonly before: Gate | null;
  readonly after: Gate | null;
}

/** What differs between two profiles, each list in the order of the codes. */
export interface ProfileComparison {
  readonly entered: readonly GateChange[];
  readonly left: readonly GateChange[];
  readonly changed: readonly GateChange[];
  /** How many requirements have the same gate in both. */
  readonly same: number;
}

/**
 * Compares what two profiles make of a failure.
 * @param order codes in the order in which they are listed; others come after them
 */
export function compareProfiles(
  before: Pick<Profile, 'gates'>,
  after: Pick<Profile, 'gates'>,
  order: readonly string[],
): ProfileComparison {
  const codes = [...new Set([...order, ...Object.keys(before.gates), ...Object.keys(after.gates)])];
  const all = codes
    .map(
      (check): GateChange => ({
        check,
        before: before.gates[check] ?? null,
        after: after.gates[check] ?? null,
      }),
    )
    .filter((one) => one.before !== null || one.after !== null);
  return {
    entered: all.filter((one) => one.before === null),
    left: all.filter((one) => one.after === null),
    changed: all.filter((one) => one.before !== null && one.after !== null && one.before !== one.after),
    same: all.filter((one) => one.before === one.after).length,
  };
}
