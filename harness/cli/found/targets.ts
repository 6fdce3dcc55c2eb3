import { stringify } from 'yaml';
import type { Role } from '../../model/roles.ts';
import { declarationsIn, type TargetDeclaration } from '../../targets/load.ts';
import { yamlSource } from '../../targets/yaml-source.ts';
import { targetNameFor } from '../look/names.ts';

/** A server that was found, as it is to be declared. */
export interface FoundServer {
  /** Name that users configure and certificates carry; an address where nobody knows a name. */
  readonly name: string;
  /** Where connections go: the name, or an address of it. */
  readonly address: string;
  readonly roles: readonly { readonly role: Role; readonly port: number }[];
  readonly mailDomain: string;
  /** False for an address: the greeting may know the name, which is then the name. */
  readonly hasHostName: boolean;
}

/** What the command line says of all servers that are found. */
export interface Wanted {
  readonly permissions: readonly string[];
  /** Address of a mailbox, and the variable that has its password. */
  readonly account?: { readonly address: string; readonly login?: string; readonly passwordEnv: string };
}

/** What stands in errors and reports where others have the name of a file. */
export const COMMAND_LINE = '(command line)';

/**
 * The servers as targets, in the order in which they were found, all of them audited.
 * @throws ConfigurationError where the command line says what no targets file may say
 */
export function declaredOf(servers: readonly FoundServer[], wanted: Wanted): readonly TargetDeclaration[] {
  const targets: Record<string, unknown> = {};
  for (const { name, address, roles, mailDomain, hasHostName } of servers) {
    targets[freeName(targetNameFor(name), targets)] = {
      driver: 'host',
      address,
      'mail-domain': mailDomain,
      ...(hasHostName ? { 'host-name': name } : {}),
      roles: Object.fromEntries(roles.map(({ role, port }) => [role, port])),
      ...accountOf(wanted),
      permissions: wanted.permissions,
    };
  }
  const yaml = stringify({ version: 1, default: Object.keys(targets), targets }, { lineWidth: 0 });
  // Nobody has seen a line of it, so that places in it would tell nothing.
  return declarationsIn(yamlSource(COMMAND_LINE, yaml), COMMAND_LINE).map((declaration) => ({
    ...declaration,
    origin: { ...declaration.origin, positions: {} },
  }));
}

function accountOf({ account }: Wanted): Record<string, unknown> {
  if (!account) return {};
  const { address, login, passwordEnv } = account;
  return {
    accounts: [{ address, ...(login === undefined ? {} : { login }), password: `env:${passwordEnv}` }],
  };
}

function freeName(name: string, taken: Readonly<Record<string, unknown>>): string {
  let free = name;
  for (let count = 2; Object.hasOwn(taken, free); count += 1) free = `${name}-${count}`;
  return free;
}
