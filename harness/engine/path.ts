import type { ClientOptions } from '../check/services.ts';
import type { Endpoint } from '../model/endpoint.ts';
import { ROLES, type Role } from '../model/roles.ts';
import type { ConnectOptions } from '../wire/connection.ts';
import type { SessionContext } from './bench.ts';

/**
 * From where and through what a connection goes: with a lab always from one of its vantages, so that no
 * check meets the target as a neighbour; without one straight to the endpoint.
 * @throws Error for a vantage that the lab does not have
 */
export function pathTo(
  { lab, from: own }: Pick<SessionContext, 'lab' | 'from'>,
  role: Role,
  endpoint: Endpoint,
  { vantage, through, elsewhere }: Pick<ClientOptions, 'vantage' | 'through' | 'elsewhere'>,
): Pick<ConnectOptions, 'endpoint' | 'localAddress' | 'via'> {
  if (through && through.role !== role) {
    throw new Error(`The man in the middle stands in front of ${through.role}, not of ${role}.`);
  }
  if (!lab) {
    if (vantage !== undefined) throw new Error(`There is no vantage ${vantage}: the target has no lab.`);
    return { endpoint };
  }
  const vantages = [
    ...lab.vantages,
    lab.reader,
    ...lab.unused,
    ...lab.elsewhere,
    ...(lab.network?.vantages ?? []),
  ];
  // What a mailbox login opens for its address must not be open to checks that send mail from there.
  const usual = own ?? (ROLES[role].protocol === 'smtp' ? lab.vantages[0] : lab.reader);
  const from = vantage === undefined ? usual : vantages.find(({ name }) => name === vantage);
  if (!from) {
    throw new Error(
      `There is no vantage ${vantage}; the lab has ${vantages.map(({ name }) => name).join(', ')}.`,
    );
  }
  const to = (through ?? elsewhere)?.endpoint ?? lab.endpoints[role] ?? endpoint;
  const { route, address } = from;
  return 'bind' in route
    ? { endpoint: to, localAddress: route.bind }
    : { endpoint: to, via: { ...route, address } };
}
