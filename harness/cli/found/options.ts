import { type Command, Option } from 'commander';
import type { FoundBy } from '../../../reports/model/record.ts';
import { printable, visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import type { Safety } from '../../model/levels.ts';
import type { Statement } from '../../targets/authority.ts';
import type { Sought } from './find.ts';
import type { Wanted } from './targets.ts';

/** Options of `mailspec audit` for servers that no file declares. */
export interface FoundOptions extends FoundBy {
  readonly yes?: boolean;
}

/** What can be permitted to a server that runs already; this file is read at every start, and loads no schema. */
export const PERMITTED = ['safe', 'sends-mail', 'intrusive'] as const satisfies readonly Safety[];

/** Those that mean nothing without a host or a domain. */
const DEPENDENT = ['resolver', 'mailDomain', 'account', 'login', 'passwordEnv', 'permit', 'yes'] as const;

const FLAGS: Readonly<Record<keyof FoundOptions, string>> = {
  host: '--host',
  domain: '--domain',
  resolver: '--resolver',
  mailDomain: '--mail-domain',
  account: '--account',
  login: '--login',
  passwordEnv: '--password-env',
  permit: '--permit',
  yes: '--yes',
};

/** Adds the options to the command. */
export function addFoundOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--host <name-or-address>', 'a server that runs, without a targets file').conflicts([
        'domain',
        'targets',
      ]),
    )
    .addOption(
      new Option('--domain <domain>', 'the servers of a domain, found by MX and SRV records').conflicts(
        'targets',
      ),
    )
    .option(
      '--resolver <address>',
      'the name server to ask, ADDRESS or ADDRESS:PORT; else that of the system',
    )
    .option('--mail-domain <domain>', 'the domain after the @ of its addresses')
    .option('--account <address>', 'a mailbox of the server that the audit may use')
    .option('--login <name>', 'its login name, where that is not the address')
    .option('--password-env <name>', 'the environment variable that has its password')
    .option('--permit <list>', 'what is permitted beyond safe: sends-mail,intrusive')
    .option('--yes', 'says yes to what would be asked');
}

/**
 * What is looked for; null where neither a host nor a domain is named.
 * @throws ConfigurationError for options that need others
 */
export function soughtBy(options: FoundOptions, statement: Statement): Sought | null {
  const { host, domain, mailDomain, resolver } = options;
  if (host === undefined && domain === undefined) {
    const alone = DEPENDENT.filter((name) => options[name] !== undefined);
    if (alone.length > 0)
      throw new ConfigurationError(
        `${alone.map((name) => FLAGS[name]).join(', ')} ${alone.length === 1 ? 'goes' : 'go'} with --host or --domain; of a declared target the targets file says it.`,
      );
    return null;
  }
  return {
    server: host === undefined ? { domain: domain ?? '' } : { host },
    ...(mailDomain === undefined ? {} : { mailDomain }),
    wanted: wantedBy(options),
    statement,
    isResolverNamed: resolver !== undefined,
  };
}

function wantedBy({ account, login, passwordEnv, permit = '' }: FoundOptions): Wanted {
  const words = permit.split(',').flatMap((word) => word.trim() || []);
  const unknown = words.filter((word) => !PERMITTED.some((one) => one === word));
  if (unknown.length > 0)
    throw new ConfigurationError(
      `--permit takes ${PERMITTED.join(', ')}, not ${unknown.map(visible).join(', ')}.`,
    );
  if (account === undefined && (login !== undefined || passwordEnv !== undefined))
    throw new ConfigurationError('--login and --password-env go with --account.');
  if (account !== undefined && passwordEnv === undefined)
    throw new ConfigurationError(
      '--account needs --password-env, the name of the variable that has its password.',
    );
  return {
    permissions: PERMITTED.filter((one) => one === 'safe' || words.includes(one)),
    ...(account === undefined || passwordEnv === undefined
      ? {}
      : { account: { address: account, passwordEnv, ...(login === undefined ? {} : { login }) } }),
  };
}

/** What the command line said of servers, as the record of a run keeps it. */
export function rememberedOptions(options: FoundOptions): FoundBy {
  const said = (Object.keys(FLAGS) as (keyof FoundOptions)[]).flatMap((name) => {
    const value = options[name];
    return typeof value === 'string' ? [[name, printable(value)] as const] : [];
  });
  return Object.fromEntries(said);
}

/** What an earlier run was told of its servers, as far as nothing else is said now. */
export function withRemembered(earlier: FoundBy, options: FoundOptions): FoundOptions {
  const { host: _host, domain: _domain, ...rest } = earlier;
  const isElsewhere = options.host !== undefined || options.domain !== undefined;
  return { ...(isElsewhere ? rest : earlier), ...options };
}

/** The options as a command line repeats them, without a question the second time. */
export function repeatedOptions(options: FoundOptions): readonly string[] {
  return (Object.keys(FLAGS) as (keyof FoundOptions)[]).flatMap((name) => {
    const value = options[name];
    if (name === 'yes') return [FLAGS.yes];
    return typeof value === 'string' ? [FLAGS[name], value] : [];
  });
}
