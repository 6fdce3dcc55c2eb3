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
 * The targets of a file. The reference server can be audited where there is none, and where the file does not name it.
 * @param names what is to be audited; empty: the default of the file
 * @throws ConfigurationError as `loadTargets` does, and where a file is missing, with what writes one
 */
export async function declaredTargets(
  file: string,
  names: readonly string[],
): Promise<readonly TargetDeclaration[]> {
  const asksReference = names.length === 1 && names[0] === REFERENCE;
  const builtIn = () => declarationsIn(yamlSource(BUILT_IN.file, BUILT_IN.text), file);
  if (file !== TARGETS_FILE || existsSync(file)) {
    const declared = await loadTargets(file);
    return asksReference && !declared.some(({ name }) => name === REFERENCE) ? builtIn() : declared;
  }
  if (asksReference) return builtIn();
  throw new ConfigurationError(
    `There is no ${TARGETS_FILE} here that declares what to audit.`,
    '  "mailspec init" writes one; "mailspec audit reference" audits the embedded server without it.',
  );
}
