import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { meant } from '../model/nearest.ts';
import type { TargetDeclaration } from './load.ts';

/**
 * The targets that the command line names, each once, in the order of the file; the defaults of the
 * file where it names none.
 * @throws ConfigurationError for a name that is not declared, or when there is no default
 */
export function selectTargets(
  declared: readonly TargetDeclaration[],
  names: readonly string[],
): readonly TargetDeclaration[] {
  const known = declared.map(({ name }) => name);
  const file = declared[0]?.origin.file ?? 'the targets file';
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ConfigurationError(
      ...unknown.map(
        (name) =>
          `There is no target "${visible(name)}" in ${file}; ${meant(name, known, `it declares ${known.join(', ')}.`)}`,
      ),
    );
  }
  const selected = declared.filter(({ name, isDefault }) =>
    names.length > 0 ? names.includes(name) : isDefault,
  );
  if (selected.length === 0) {
    throw new ConfigurationError(
      `${file} has no "default", so the targets to audit must be named: ${known.join(', ')}.`,
    );
  }
  return selected;
}
