import type { Language } from '../../reports/model/language.ts';
import { deriveReport, type Format } from '../../reports/write.ts';
import { readRecordWithEvidence } from './changed-evidence.ts';
import { writeOut } from './write-file.ts';

/**
 * `mailspec report`: derives a report from a record again, the same to the octet as the audit wrote it.
 * @param language of the reports that people read
 * @param out file to write; null: the standard output
 */
export async function reportCommand(
  path: string,
  format: Format,
  language: Language,
  out: string | null,
): Promise<void> {
  const content = deriveReport(await readRecordWithEvidence(path), format, language);
  if (out === null) {
    process.stdout.write(content);
    return;
  }
  await writeOut(out, content, 'w');
}
