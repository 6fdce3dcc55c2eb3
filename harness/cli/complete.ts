import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { SUITES } from '../model/suites.ts';
import { allProfiles, profileNames } from '../runner/profile.ts';
import { versionName } from '../runner/profile-lock.ts';
import { DEFAULTS } from '../runner/rerun-options.ts';
import { loadTargets } from '../targets/load.ts';
import { PERMITTED } from './found/options.ts';
import { CATALOG_FOLDER, PROFILES_FOLDER } from './suites-folder.ts';

/** What can stand where; it gets the words before. */
type Source = (before: readonly string[]) => Promise<readonly string[]>;

const SUITE_NAMES: Source = async () => SUITES.map(({ slug }) => slug);
const CHECKS: Source = async (before) => [...(await codes()), ...(await SUITE_NAMES(before))];

/** Names alone and with each version. */
const PROFILES: Source = async () => [
  ...(await profileNames(PROFILES_FOLDER)),
  ...(await allProfiles(PROFILES_FOLDER)).map(({ profile }) => versionName(profile)),
];

/** What the value of an option is, by its name; of any other, a file or what cannot be known. */
const VALUES: Readonly<Record<string, Source>> = {
  only: CHECKS,
  skip: CHECKS,
  suite: SUITE_NAMES,
  profile: PROFILES,
  target: targetNames,
  permit: async () => PERMITTED,
  level: async () => ['MUST', 'SHOULD', 'MAY', 'policy'],
};

/** What the arguments of a command are, by its names; of any other, files. */
const ARGUMENTS: Readonly<Record<string, Source>> = {
  'profile diff': PROFILES,
  audit: targetNames,
  doctor: targetNames,
  explain: codes,
  replay: codes,
};

/**
 * What can stand for the last word of a command line, in the order in which it is offered; nothing where that is a file.
 * @param words without the name of the program; the last one is what was typed so far, and may be empty
 */
export async function completionsOf(program: Command, words: readonly string[]): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const candidates = await candidatesFor(program, words.slice(0, -1), typed);
  return candidates.filter((one) => one.toLowerCase().startsWith(typed.toLowerCase()));
}

async function candidatesFor(
  program: Command,
  before: readonly string[],
  typed: string,
): Promise<readonly string[]> {
  const [name, ...words] = before;
  if (name === undefined) {
    if (typed.startsWith('-')) return longOf(program);
    return program
      .createHelp()
      .visibleCommands(program)
      .map((command) => command.name());
  }
  const command = program.commands.find((one) => one.name() === name);
  if (!command) return [];
  if (command.commands.length > 0) return candidatesOfPart(program, command, words, typed);
  return candidatesOfCommand(command, name, { before, words, typed });
}

/** A command that has commands of its own: one of these, or what can stand after it. */
async function candidatesOfPart(
  program: Command,
  group: Command,
  [name, ...words]: readonly string[],
  typed: string,
): Promise<readonly string[]> {
  const members = program
    .createHelp()
    .visibleCommands(group)
    .filter((one) => one.name() !== 'help');
  if (name === undefined) return members.map((command) => command.name());
  const command = members.find((one) => one.name() === name);
  if (!command) return [];
  const whole = `${group.name()} ${name}`;
  return candidatesOfCommand(command, whole, { before: [...whole.split(' '), ...words], words, typed });
}

async function candidatesOfCommand(
  command: Command,
  name: string,
  {
    before,
    words,
    typed,
  }: { readonly before: readonly string[]; readonly words: readonly string[]; readonly typed: string },
): Promise<readonly string[]> {
  if (typed.startsWith('-')) return longOf(command);
  const option = openOption(command, words);
  if (option) return option.argChoices ?? (await VALUES[option.attributeName()]?.(before)) ?? [];
  const [argument] = command.registeredArguments;
  return argument?.argChoices ?? (await ARGUMENTS[name]?.(before)) ?? [];
}

/** The long names of the options of a command. */
function longOf(command: Command): readonly string[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long }) => (long ? [long] : []));
}

/** The option whose value the next word is; undefined where it is an argument. */
function openOption(command: Command, words: readonly string[]): Option | undefined {
  const at = words.findLastIndex((word) => word.startsWith('-'));
  const option = command.options.find(({ long, short }) => at >= 0 && [long, short].includes(words[at]));
  if (!option || option.isBoolean()) return undefined;
  return option.variadic || at === words.length - 1 ? option : undefined;
}

/** The codes of all checks, without loading these. */
async function codes(): Promise<readonly string[]> {
  const lock = await readFile(join(CATALOG_FOLDER, 'checks.lock'), 'utf8');
  return [...lock.matchAll(/^([A-Z0-9]+-\d+):\n {2}slug:/gm)].map(([, code = '']) => code);
}

/** The targets of the file that is named, or else of the one that is taken without an option. */
async function targetNames(before: readonly string[]): Promise<readonly string[]> {
  const at = before.indexOf('--targets');
  const file = at < 0 ? DEFAULTS.targetsFile : (before[at + 1] ?? DEFAULTS.targetsFile);
  try {
    return (await loadTargets(file)).map(({ name }) => name);
  } catch {
    // A file that is not there, or has a mistake, is told when it is used.
    return [];
  }
}
