import type { Target } from '../model/target.ts';
import type { TargetDeclaration } from './load.ts';
import type { ReferenceSettings, TargetSettings } from './schema.ts';

/** What no declaration tells of a target: its driver finds it out or makes it. */
type FoundByDriver = Pick<
  Target,
  | 'endpoints'
  | 'ipv6Endpoints'
  | 'accounts'
  | 'trustAnchor'
  | 'auditedFrom'
  | 'port25Control'
  | 'publicDns'
  | 'guest'
>;

/** The target of a declaration, once its driver knows the rest. The reference server is a target by itself. */
export function targetOf(
  declaration: TargetDeclaration<Exclude<TargetSettings, ReferenceSettings>>,
  found: FoundByDriver,
): Target {
  const { name, driver, domain, hostname, permissions, settings } = declaration;
  const { connections, claims, timing } = settings;
  return { name, driver, domain, hostname, permissions, connections, claims, timing, ...found };
}
