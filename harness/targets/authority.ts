import { ConfigurationError } from '../model/configuration-error.ts';
import { isLoopback } from '../wire/loopback-address.ts';
import { authority, contact } from './guest-fields.ts';
import { placeOf, type TargetDeclaration } from './load.ts';
import type { HostSettings } from './schema.ts';

/** What the command line says for every host that is audited. */
export interface Statement {
  /** Who allowed it. */
  readonly authority?: string;
  /** Whom to ask. */
  readonly contact?: string;
}

/** Every address of the host is this machine: only who owns it can have asked for the audit. */
export function staysHere({ address, roles }: Pick<HostSettings, 'address' | 'roles'>): boolean {
  const hosts = Object.values(roles).map((given) => (typeof given === 'number' ? undefined : given.host));
  return [address, ...hosts].every((host) => host === undefined || isLoopback(host));
}

/**
 * The targets with what the command line says of them, which goes before what the file says.
 * @throws ConfigurationError for each host that is permitted more than to be read, while nobody is named who allowed it,
 *   or whom to ask about mail; and for a statement about hosts where none is audited
 */
export function authorised(
  declarations: readonly TargetDeclaration[],
  statement: Statement,
): readonly TargetDeclaration[] {
  const said = stated(statement);
  const hosts = declarations.filter(({ driver }) => driver === 'host');
  if (hosts.length === 0 && Object.keys(said).length > 0)
    throw new ConfigurationError(
      '--i-am-authorised-by and --contact are about servers that run already (driver: host), and none is audited here.',
    );
  const problems: string[] = [];
  const authorisedOnes = declarations.map((declaration) => {
    const { settings } = declaration;
    if (settings.driver !== 'host') return declaration;
    const whole = { ...declaration, settings: { ...settings, ...said } };
    problems.push(...objectionsTo(whole));
    return whole;
  });
  if (problems.length > 0) throw new ConfigurationError(...problems);
  return authorisedOnes;
}

function objectionsTo(declaration: TargetDeclaration<HostSettings>): string[] {
  const { name, permissions, settings } = declaration;
  if (staysHere(settings)) return [];
  const beyond = permissions.filter((one) => one !== 'safe');
  const place = placeOf(declaration, ['permissions']);
  const problems: string[] = [];
  if (beyond.length > 0 && settings.authority === undefined)
    problems.push(
      `${place}: The permission ${beyond.join(', ')} for ${name} needs a word of who allowed it: --i-am-authorised-by TEXT, or "authority: TEXT" of the target.`,
    );
  if (beyond.includes('sends-mail') && settings.contact === undefined)
    problems.push(
      `${place}: The permission sends-mail for ${name} needs somebody to ask about its messages: --contact TEXT, or "contact: TEXT" of the target.`,
    );
  return problems;
}

/** @throws ConfigurationError for what a declaration may not say either */
function stated(statement: Statement): Statement {
  const problems: string[] = [];
  const check = (option: string, field: typeof authority, given: string | undefined) => {
    const parsed = given === undefined ? undefined : field.safeParse(given);
    if (parsed && !parsed.success)
      problems.push(`${option} must be ${parsed.error.issues[0]?.message ?? 'another text'}.`);
  };
  check('--i-am-authorised-by', authority, statement.authority);
  check('--contact', contact, statement.contact);
  if (problems.length > 0) throw new ConfigurationError(...problems);
  return {
    ...(statement.authority === undefined ? {} : { authority: statement.authority }),
    ...(statement.contact === undefined ? {} : { contact: statement.contact }),
  };
}
