import type { CheckDefinition } from '../check/define.ts';
import type { Role } from '../model/roles.ts';
import type { Bench } from './bench.ts';
import { foundBy } from './controls.ts';

/** Where a body runs, and on which roles. */
export interface RunsOver {
  readonly bench: Bench;
  readonly offered: readonly Role[];
}

/**
 * The bench on which the body of a check runs over IPv6 beside IPv4; undefined where it does not. A check that looks at
 * several roles together runs only where all of them answer: that one does not is a finding about addresses.
 */
export function runsOverIpv6(
  { roles, per, overIpv6 }: Pick<CheckDefinition, 'roles' | 'per' | 'overIpv6'>,
  bench: Bench,
): RunsOver | undefined {
  const found = overIpv6 && foundBy(bench.controls, overIpv6);
  if (!found) return undefined;
  const { target } = bench;
  const declared = roles.filter((role) => target.endpoints[role] !== undefined);
  const offered = declared.filter((role) => found.roles.includes(role));
  if (offered.length === 0 || (per === 'target' && offered.length < declared.length)) return undefined;
  const lab = bench.lab?.overIpv6() ?? null;
  const known = lab ? target.endpoints : (target.ipv6Endpoints ?? {});
  const endpoints = Object.fromEntries(
    Object.entries(known).filter(([role]) => found.roles.some((one) => one === role)),
  );
  return { bench: { ...bench, lab, target: { ...target, endpoints } }, offered };
}
