import type { ClientOptions } from '../check/services.ts';
import { familyOf } from '../model/address-family.ts';
import type { Endpoint } from '../model/endpoint.ts';
import { ROLE_NAMES, ROLES, type Role } from '../model/roles.ts';
import type { Target } from '../model/target.ts';
import type { ConnectOptions } from '../wire/connection.ts';
import type { SessionContext } from './bench.ts';

/**
 * From where and through what a connection goes: with a lab always from one of its vantages, so that no
 * check meets the target as a neighbour; without one straight to the endpoint.
 * @throws Error for a vantage that the lab does not have
 */
export function pathTo(
  { lab, target, from: own }: Pick<SessionContext, 'lab' | 'target' | 'from'>,
  role: Role,
  endpoint: Endpoint,
  {
    vantage,
    family,
    through,
    elsewhere,
  }: Pick<ClientOptions, 'vantage' | 'family' | 'through' | 'elsewhere'>,
): Pick<ConnectOptions, 'endpoint' | 'localAddress' | 'announcing' | 'via'> {
  if (through && through.role !== role) {
    throw new Error(`The man in the middle stands in front of ${through.role}, not of ${role}.`);
  }
  if (!lab) {
    if (vantage !== undefined) throw new Error(`There is no vantage ${vantage}: the target has no lab.`);
    return { endpoint: family ? overIpv6(target.ipv6Endpoints, role) : endpoint };
  }
  const vantages = [
    ...lab.vantages,
    lab.reader,
    ...lab.unused,
    ...lab.elsewhere,
    ...(lab.ipv6 ? [...lab.ipv6.vantages, lab.ipv6.reader, ...lab.ipv6.unused] : []),
    ...(lab.network?.vantages ?? []),
  ];
  // What a mailbox login opens for its address must not be open to checks that send mail from there.
  const usual = own ?? (ROLES[role].protocol === 'smtp' ? lab.vantages[0] : lab.reader);
  const preferred = family ? lab.ipv6?.vantages[0] : usual;
  const from = vantage === undefined ? preferred : vantages.find(({ name }) => name === vantage);
  if (!from) {
    throw new Error(
      `There is no vantage ${vantage ?? 'with an IPv6 address'}; the lab has ${vantages.map(({ name }) => name).join(', ')}.`,
    );
  }
  const { route, address } = from;
  const own6 = familyOf(address) === 'IPv6' ? overIpv6(lab.ipv6?.endpoints, role) : undefined;
  const to = (through ?? elsewhere)?.endpoint ?? own6 ?? lab.endpoints[role] ?? endpoint;
  if ('announces' in route) return { endpoint: to, announcing: address };
  return 'bind' in route
    ? { endpoint: to, localAddress: route.bind }
    : { endpoint: to, via: { ...route, address } };
}

function overIpv6(endpoints: Target['ipv6Endpoints'], role: Role): Endpoint {
  const endpoint = endpoints?.[role];
  if (!endpoint) throw new Error(`No IPv6 address of ${role} is known; ask ipv6Roles first.`);
  return endpoint;
}

/** Roles that `family` leads to. */
export function rolesOverIpv6({ lab, target }: Pick<SessionContext, 'lab' | 'target'>): readonly Role[] {
  const endpoints = (lab ? lab.ipv6?.endpoints : target.ipv6Endpoints) ?? {};
  return ROLE_NAMES.filter((role) => target.endpoints[role] && endpoints[role]);
}
