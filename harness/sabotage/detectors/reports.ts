import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { visibleText } from '../../../reports/fixtures/hostile-text.ts';
import { randomRecord } from '../../../reports/fixtures/random-record.ts';
import type { RunRecord } from '../../../reports/model/record.ts';
import { rowsOf } from '../../../reports/recount/row.ts';
import { REPORTS, ReportMismatch, writeReports } from '../../../reports/write.ts';
import { seeded } from '../../model/seeded.ts';
import type { Detector } from '../findings.ts';

/** Other reports notice some of what is wrong with the record too. */
const RECORD_ALONE = REPORTS.filter(({ file }) => file === 'results.json');

/** A run in which every outcome occurs that reports know. */
function everyOutcome(): RunRecord {
  for (let seed = 0; seed < 200; seed += 1) {
    const record = randomRecord(seeded(seed), visibleText);
    if (new Set(rowsOf(record).map(({ outcome }) => outcome)).size === 4) return record;
  }
  throw new Error('No seed below 200 gives a record with every outcome.');
}

/** Every report says what the record says, and where one does not, that is told. */
const detect: Detector = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-reports-'));
  const record = everyOutcome();
  const problemsOf = async (one: RunRecord, reports = REPORTS): Promise<readonly string[]> => {
    try {
      await writeReports(one, folder, reports);
      return [];
    } catch (thrown) {
      if (!(thrown instanceof ReportMismatch)) throw thrown;
      return thrown.problems.map(({ file, problem }) => `${file}: ${problem}`);
    }
  };
  try {
    const wrong = [...(await problemsOf(record))];
    for (const report of REPORTS) {
      const other = { ...record, targets: record.targets.slice(1) };
      const forgetful = { ...report, write: () => report.write(other) };
      if ((await problemsOf(record, [forgetful])).length === 0)
        wrong.push(`${report.file} may lack a whole target.`);
    }
    const counted = { ...record, counts: { ...record.counts, fail: record.counts.fail + 1 } };
    if ((await problemsOf(counted, RECORD_ALONE)).length === 0)
      wrong.push('The record may count what is not there.');
    const praised: RunRecord = { ...record, conclusion: 'conformant', exitCode: 0 };
    if ((await problemsOf(praised, RECORD_ALONE)).length === 0)
      wrong.push('The record may praise what it found bad.');
    return wrong;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

export default detect;
