import type { Role, Target } from '../check/check.ts';

/** The operator says that Received fields are removed, by policy, from mail that comes in on this role. */
export function removesReceived({ claims }: Pick<Target, 'claims'>, role: Role): boolean {
  return role !== 'mx' && claims.removesReceived;
}
