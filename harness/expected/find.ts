import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXPECTED_FILE } from './file-name.ts';
import { type ExpectedEntry, loadExpected } from './load.ts';

/** Which file of expected deviations a run uses: the one beside the targets file, none, or the one named. */
export type ExpectedChoice = 'beside-targets' | 'none' | { readonly file: string };

/**
 * The expected deviations of a run; none where no file was named and none lies beside the targets file.
 * @throws ConfigurationError
 */
export async function findExpected(
  choice: ExpectedChoice,
  targetsFile: string,
): Promise<readonly ExpectedEntry[]> {
  if (choice === 'none') return [];
  if (choice !== 'beside-targets') return loadExpected(choice.file);
  const file = join(dirname(targetsFile), EXPECTED_FILE);
  return existsSync(file) ? loadExpected(file) : [];
}
