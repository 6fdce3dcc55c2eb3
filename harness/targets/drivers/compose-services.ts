import { ConfigurationError } from '../../model/configuration-error.ts';
import { meant } from '../../model/nearest.ts';
import { ROLE_NAMES, type Role } from '../../model/roles.ts';
import { placeOf, type TargetDeclaration } from '../load.ts';
import type { ComposeSettings } from '../schema.ts';
import type { KeyPath } from '../yaml-source.ts';
import { networkedServices, obstaclesOf, type Project } from './compose-project.ts';

export type ComposeDeclaration = TargetDeclaration<ComposeSettings>;

/** A role of a target: a port of one of its services. */
export interface ServicePort {
  readonly role: Role;
  readonly service: string;
  readonly port: number;
}

/** The declared roles, in the order in which roles are told, so that an MX comes first. */
export function servicePortsOf({ roles, service: common = '' }: ComposeSettings): ServicePort[] {
  return ROLE_NAMES.flatMap((role) => {
    const given = roles[role];
    if (given === undefined) return [];
    if (typeof given === 'number') return [{ role, service: common, port: given }];
    return [{ role, service: given.service ?? common, port: given.port }];
  });
}

/** Ports of the roles, by service. */
export function portsByService(settings: ComposeSettings): ReadonlyMap<string, readonly number[]> {
  const ports = new Map<string, number[]>();
  for (const { service, port } of servicePortsOf(settings)) {
    const known = ports.get(service) ?? [];
    if (!known.includes(port)) ports.set(service, [...known, port]);
  }
  return ports;
}

/** Services with an address of their own, those with roles first: the first one is the target in the DNS. */
export function addressedServices(settings: ComposeSettings, project: Project): string[] {
  const networked = networkedServices(project);
  const serving = servicePortsOf(settings).map(({ service }) => service);
  return [...new Set([...serving.filter((service) => networked.includes(service)), ...networked])];
}

/**
 * Compares a declaration with the project that it names.
 * @throws ConfigurationError for services that are not there, and for what an audit must not make
 */
export function checkProject(declaration: ComposeDeclaration, project: Project): void {
  const { settings } = declaration;
  const files = settings.file.join(', ');
  const place = placeOf(declaration, ['file']);
  const problems = obstaclesOf(project).map((sentence) => `${place}: ${sentence}`);
  const services = Object.keys(project.services);
  const demand = (service: string | undefined, path: KeyPath): boolean => {
    const name = service ?? settings.service ?? '';
    if (services.includes(name)) return true;
    const hint = meant(name, services, `active there: ${services.join(', ') || 'none'}.`);
    const at = placeOf(declaration, service === undefined ? ['service'] : path);
    problems.push(`${at}: There is no service "${name}" in ${files}; ${hint}`);
    return false;
  };
  const networked = networkedServices(project);
  for (const { role, service } of servicePortsOf(settings)) {
    const given = settings.roles[role];
    const own = typeof given === 'object' ? given.service : undefined;
    if (!demand(own, ['roles', role, 'service']) || networked.includes(service)) continue;
    problems.push(
      `${placeOf(declaration, ['roles', role])}: The service ${service} has no network of its own ("network_mode"), so ${role} cannot be reached there.`,
    );
  }
  const anchor = settings['trust-anchor'];
  if (anchor?.['container-path'] !== undefined) demand(anchor.service, ['trust-anchor', 'service']);
  settings.dns.forEach((record, index) => {
    if (record.type === 'TXT' && record['container-path'] !== undefined)
      demand(record.service, ['dns', index, 'service']);
  });
  if (problems.length > 0) throw new ConfigurationError(...new Set(problems));
}
