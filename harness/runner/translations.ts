import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Translation } from '../../reports/model/record.ts';
import type { CheckResult } from '../model/result.ts';
import { readYamlFolder } from './yaml-folder.ts';

/** The English texts of a check, from which others are made. */
type CheckTexts = Pick<CheckResult, 'title' | 'sends' | 'demands'>;

/** A translation as it lies in its file: with the fingerprint of the English that it says in Japanese. */
export interface StoredTranslation extends Translation {
  readonly of: string;
}

const translationsSchema = z.record(
  z.string(),
  z.strictObject({
    of: z.string().regex(/^[0-9a-f]{8}$/),
    title: z.string().min(1),
    sends: z.string().min(1),
    demands: z.string().min(1),
  }),
);

/** Tells whether the English texts of a check are still those that somebody translated. */
export function fingerprint({ title, sends, demands }: CheckTexts): string {
  return createHash('sha256').update([title, sends, demands].join('\n')).digest('hex').slice(0, 8);
}

/**
 * Reads the texts of checks in Japanese.
 * @param folder where they lie, one YAML file per suite; none where the folder does not exist
 * @throws ConfigurationError saying what is wrong in which file
 */
export async function loadTranslations(folder: string): Promise<readonly StoredTranslation[]> {
  const files = await readYamlFolder(folder, 'translations', translationsSchema);
  return files.flatMap((texts) =>
    Object.entries(texts).map(
      ([check, translated]): StoredTranslation => ({ check, language: 'ja', ...translated }),
    ),
  );
}

/** The translations that say what these results say: one of other words than theirs is left out. */
export function translationsFor(
  results: readonly (CheckTexts & { readonly check: string })[],
  stored: readonly StoredTranslation[],
): Translation[] {
  const prints = new Map(results.map((result) => [result.check, fingerprint(result)]));
  return stored
    .filter(({ check, of }) => prints.get(check) === of)
    .map(({ of: _, ...translation }) => translation);
}
