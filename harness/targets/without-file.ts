import { existsSync } from 'node:fs';
import { ConfigurationError } from '../model/configuration-error.ts';
import { TARGETS_FILE } from './file-name.ts';
import { declarationsIn, loadTargets, type TargetDeclaration } from './load.ts';
import { yamlSource } from './yaml-source.ts';

/** The reference server is there without a declaration: whoever tries mailspec has written none yet. */
const REFERENCE = 'reference';

/** Where the record says that the reference server is declared, and the declaration. */
export const BUILT_IN = {
  file: '(built in)',
  text: `version: 1\ntargets:\n  ${REFERENCE}: { driver: reference }\n`,
} as const;

/**
 * The targets of a file. Where there is none and none was named, the reference server alone can be audited.
 * @param names what is to be audited; empty: the default of the file
 * @throws ConfigurationError as `loadTargets` does, and where a file is missing, with what writes one
 */
export async function declaredTargets(
  file: string,
  names: readonly string[],
): Promise<readonly TargetDeclaration[]> {
  if (file !== TARGETS_FILE || existsSync(file)) return loadTargets(file);
  if (names.length === 1 && names[0] === REFERENCE)
    return declarationsIn(yamlSource(BUILT_IN.file, BUILT_IN.text), file);
  throw new ConfigurationError(
    `There is no ${TARGETS_FILE} here that declares what to audit.`,
    '  "mailspec init" writes one; "mailspec audit reference" audits the embedded server without it.',
  );
}
