import { printable } from '../evidence/visible.ts';
import type { ExpectedChoice } from '../expected/find.ts';
import type { Statement } from '../targets/authority.ts';
import { TARGETS_FILE } from '../targets/file-name.ts';

/** What a command line without options means. */
export const DEFAULTS = { targetsFile: TARGETS_FILE, profile: 'baseline' } as const;

/** How a command line must differ from one without options to repeat what this run does. */
export function rerunOptionsOf({
  targetsFile,
  profile,
  strict,
  expected,
  suites = [],
  statement = {},
  found,
}: {
  readonly targetsFile: string;
  readonly profile: string;
  readonly strict: boolean;
  readonly expected: ExpectedChoice;
  /** Folders of the command line. */
  readonly suites?: readonly string[];
  /** What the command line says of hosts. */
  readonly statement?: Statement;
  /** How servers are found that no file declares. */
  readonly found?: { readonly options: readonly string[] };
}): string[] {
  return [
    ...(found?.options ?? []),
    // Whoever was asked said yes.
    ...(found && !found.options.includes('--yes') ? ['--yes'] : []),
    ...(targetsFile === DEFAULTS.targetsFile ? [] : ['--targets', targetsFile]),
    ...(profile === DEFAULTS.profile ? [] : ['--profile', profile]),
    ...(strict ? ['--strict'] : []),
    ...(typeof expected === 'object' ? ['--expected', expected.file] : []),
    ...(expected === 'none' ? ['--no-expected'] : []),
    ...(suites.length > 0 ? ['--suites', ...suites] : []),
    ...(statement.authority === undefined ? [] : ['--i-am-authorised-by', statement.authority]),
    ...(statement.contact === undefined ? [] : ['--contact', statement.contact]),
  ];
}

/** What the record says of the choice; nothing where it is what a command line without options means. */
export function expectedFrom(choice: ExpectedChoice): { readonly expectedFrom?: string | null } {
  if (choice === 'beside-targets') return {};
  return { expectedFrom: choice === 'none' ? null : printable(choice.file) };
}
