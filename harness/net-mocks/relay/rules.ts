import { isIP } from 'node:net';
import { parseIpAddress } from '../input/addresses.ts';
import {
  fieldsOf,
  InputError,
  type Parse,
  parseInteger,
  parseList,
  parseOneOf,
  parsePort,
} from '../input/parse.ts';
import type { Endpoint } from '../wire/listen.ts';

/**
 * What the network between a relay and its destinations does to connections: the filter of an access
 * network, seen by the subscribers behind it. The first rule that applies is the one that acts; without a
 * rule a connection passes.
 */
export interface RelayRule {
  /** Port of the destination; every port when absent. */
  port?: number;
  /** Only destinations of this family. */
  family?: 'ipv4' | 'ipv6';
  /** Only these destinations. */
  addresses?: string[];
  /**
   * `pass`: nothing, in front of a wider rule. `reset`: a TCP reset comes back. `prohibit`: an ICMP message
   * says that the destination is administratively prohibited. `drop`: nothing comes back. `redirect`:
   * somebody else answers, without a word about it.
   */
  effect: 'pass' | 'reset' | 'prohibit' | 'drop' | 'redirect';
  /** Who answers, for `redirect`. */
  to?: Endpoint;
}

export interface RuleSettings {
  port: number | undefined;
  family: 'ipv4' | 'ipv6' | undefined;
  addresses: string[] | undefined;
  effect: RelayRule['effect'];
  to: Endpoint | undefined;
}

const EFFECTS = [
  'pass',
  'reset',
  'prohibit',
  'drop',
  'redirect',
] as const satisfies readonly RelayRule['effect'][];

const parseDestination: Parse<Endpoint> = (value, path) => {
  const fields = fieldsOf(value, path);
  const endpoint = {
    address: fields.required('address', parseIpAddress),
    port: fields.required('port', parseInteger(1, 65535)),
  };
  fields.end();
  return endpoint;
};

export const parseRelayRule: Parse<RuleSettings> = (value, path) => {
  const fields = fieldsOf(value, path);
  const rule = {
    port: fields.optional('port', parsePort),
    family: fields.optional('family', parseOneOf(['ipv4', 'ipv6'])),
    addresses: fields.optional('addresses', parseList(parseIpAddress)),
    effect: fields.required('effect', parseOneOf(EFFECTS)),
    to: fields.optional('to', parseDestination),
  };
  fields.end();
  if ((rule.effect === 'redirect') !== (rule.to !== undefined))
    throw new InputError(`${path}.to`, 'belongs to the effect redirect, which cannot be without it');
  return rule;
};

/** The rule for a destination, if one applies. */
export function ruleFor(
  rules: readonly RuleSettings[],
  { address, port }: Endpoint,
): RuleSettings | undefined {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return rules.find(
    (rule) =>
      (rule.port === undefined || rule.port === port) &&
      (rule.family === undefined || rule.family === family) &&
      (rule.addresses === undefined || rule.addresses.includes(address)),
  );
}
