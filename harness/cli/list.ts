import type { Gate } from '../../reports/model/record.ts';
import type { Check } from '../check/define.ts';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import type { Level } from '../model/levels.ts';
import { meant } from '../model/nearest.ts';
import { folderOfProfile, loadProfile } from '../runner/profile.ts';
import { loadCatalogue } from './load-catalogue.ts';

const LEVELS: readonly Level[] = ['MUST', 'SHOULD', 'MAY', 'policy'];

export interface ListOptions {
  readonly suite?: readonly string[];
  /** Folders of suites that somebody else wrote. */
  readonly suites?: readonly string[];
  readonly profile?: string;
  readonly level?: readonly string[];
  readonly json: boolean;
}

/**
 * `mailspec list`: every check with code, level, severity and title, under its suite.
 * @throws ConfigurationError for a suite, level or profile that does not exist
 */
export async function listCommand(options: ListOptions): Promise<void> {
  const catalogue = await loadCatalogue(options.suites);
  const suites = known(
    'suite',
    options.suite,
    catalogue.suites.map(({ slug }) => slug),
  );
  const levels = known('level', options.level, LEVELS);
  const profile =
    options.profile === undefined
      ? null
      : await loadProfile(await folderOfProfile(options.profile, catalogue.profiles), options.profile);
  const gateOf = ({ definition, suite }: Check): Gate | null =>
    profile && (profile.gates[definition.id] ?? catalogue.gates.get(suite) ?? null);
  const checks = catalogue.checks.filter(
    (check) =>
      suites.includes(check.suite) &&
      levels.includes(check.definition.level) &&
      (profile === null || gateOf(check) !== null),
  );
  if (options.json) {
    const entries = checks.map((check) => entryOf(check, gateOf(check)));
    process.stdout.write(`${JSON.stringify(entries, null, 2)}\n`);
    return;
  }
  for (const suite of catalogue.suites) {
    const members = checks.filter((check) => check.suite === suite.slug);
    if (members.length === 0) continue;
    const owner = suite.owner === undefined ? '' : ` (${visible(suite.owner)})`;
    process.stdout.write(`${suite.slug}: ${visible(suite.topic)}${owner}\n`);
    for (const check of members) {
      const { id, level, severity, title } = check.definition;
      const gate = gateOf(check);
      process.stdout.write(
        `  ${id.padEnd(9)} ${level.padEnd(6)} ${severity.padEnd(8)} ${gate === null ? '' : `${gate.padEnd(4)} `}${title}\n`,
      );
    }
  }
}

function entryOf({ suite, definition, source }: Check, gate: Gate | null): object {
  const { id, slug, title, level, severity, safety, roles, clauses } = definition;
  return {
    check: id,
    slug,
    suite,
    title,
    level,
    severity,
    safety,
    roles,
    clauses,
    ...(gate === null ? {} : { gate }),
    source,
  };
}

/** The names that were given, in the spelling that is known; all of them where none was given. */
function known(
  what: string,
  given: readonly string[] | undefined,
  names: readonly string[],
): readonly string[] {
  if (given === undefined) return names;
  return given.map((name) => {
    const found = names.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found;
    throw new ConfigurationError(
      `There is no ${what} "${visible(name)}"; ${meant(name, names, `there are ${names.join(', ')}.`)}`,
    );
  });
}
