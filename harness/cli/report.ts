import type { Language } from '../../reports/model/language.ts';
import { specificationsOf } from '../../reports/model/test-report.ts';
import { deriveReport, type Format } from '../../reports/write.ts';
import { printable } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { readRecordWithEvidence } from './changed-evidence.ts';
import { writeOut } from './write-file.ts';

/** Formats of the reports of test specifications, which not every profile follows. */
const TEST_REPORTS: readonly Format[] = ['bsi', 'bsi-markdown'];

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
  const record = await readRecordWithEvidence(path);
  if (TEST_REPORTS.includes(format) && specificationsOf(record).length === 0)
    throw new ConfigurationError(
      `The run in ${printable(path)} has the profile ${record.profile.id}, which follows no test specification; audit with --profile bsi-tr-03108.`,
    );
  const content = deriveReport(record, format, language);
  if (out === null) {
    process.stdout.write(content);
    return;
  }
  await writeOut(out, content, 'w');
}
