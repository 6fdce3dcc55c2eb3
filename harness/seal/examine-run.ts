import { misconclusions } from '../../reports/model/conclude.ts';
import { miscounts } from '../../reports/model/counts.ts';
import { LANGUAGES } from '../../reports/model/language.ts';
import type { RunRecord } from '../../reports/model/record.ts';
import { parseRecord } from '../../reports/model/schema.ts';
import { REPORTS, reportsIn, writeRecord } from '../../reports/write.ts';
import type { SealedEvidence } from '../evidence/store.ts';
import { printable } from '../evidence/visible.ts';
import { Refusal } from './refusal.ts';
import { eventsOf, evidenceProblems, type Holder, holdersIn, sha256 } from './verdicts.ts';

/** What is found out about one run while its members come, one after the other. */
export interface RunExamination {
  readonly record: RunRecord;
  /** Problems of its reports and its evidence so far. */
  readonly problems: readonly string[];
  /** Reports that this mailspec does not derive in the same way, where it is not the one that wrote them. */
  readonly underived: readonly string[];
  readonly reports: number;
  readonly evidence: number;
  report(file: string, content: Buffer): void;
  dialogue(hash: string, content: Buffer): void;
  /** What should have come and did not. */
  end(): void;
}

/**
 * Begins with the record of a run.
 * @param isSameCode whether the archive was sealed by this very code: reports and transcripts must then be the same
 * @throws Refusal where it is no record of a run
 */
export function examineRun(content: Buffer, isSameCode: boolean): RunExamination {
  const record = recordIn(content);
  const problems: string[] = [...miscounts(record), ...misconclusions(record)];
  if (!content.equals(Buffer.from(writeRecord(record))))
    problems.push(`The record of run ${record.runId} is not written as mailspec writes it.`);
  const underived: string[] = [];
  const awaited = new Map<string, (Holder & { readonly evidence: SealedEvidence })[]>();
  for (const holder of holdersIn(record)) {
    const { digest, file } = holder.evidence;
    const hash = digest.slice('sha256:'.length);
    if (file !== `${hash}.jsonl`)
      problems.push(`The evidence ${printable(file)} on ${holder.target} is not called by its SHA-256.`);
    awaited.set(hash, [...(awaited.get(hash) ?? []), holder]);
  }
  const reports = new Set<string>([REPORTS[0]?.file ?? '']);
  let evidence = 0;
  return {
    record,
    problems,
    underived,
    get reports() {
      return reports.size;
    },
    get evidence() {
      return evidence;
    },
    report(file, written) {
      reports.add(file);
      if (isDerived(record, file, written)) return;
      if (isSameCode) problems.push(`${file} of run ${record.runId} is not what its record says.`);
      else underived.push(file);
    },
    dialogue(hash, found) {
      const holders = awaited.get(hash);
      if (!holders)
        return void problems.push(`The evidence ${hash} belongs to no result of run ${record.runId}.`);
      awaited.delete(hash);
      evidence += 1;
      if (sha256(found) !== hash)
        return void problems.push(`The evidence ${hash} was changed: its SHA-256 is ${sha256(found)}.`);
      const events = eventsOf(found);
      if (!events) return void problems.push(`The evidence ${hash} holds something that is no event.`);
      for (const holder of holders) problems.push(...evidenceProblems(holder, events, found, isSameCode));
    },
    end() {
      for (const { file } of REPORTS)
        if (!reports.has(file)) problems.push(`${file} of run ${record.runId} is missing.`);
      for (const [hash, [holder]] of awaited)
        problems.push(
          `The evidence ${hash} is missing, on which ${holder?.result?.check ?? holder?.control?.control ?? 'a result'} on ${holder?.target ?? 'a target'} rests.`,
        );
    },
  };
}

function recordIn(content: Buffer): RunRecord {
  try {
    return parseRecord(content.toString());
  } catch {
    // What is wrong may be anything that somebody wrote there.
    throw new Refusal(
      'A record of the archive is not one that this mailspec can read: it was changed, or another version wrote it.',
    );
  }
}

/** Whether a report, in one of the languages, is what this mailspec makes of the record. */
function isDerived(record: RunRecord, file: string, written: Buffer): boolean {
  return LANGUAGES.some((language) => {
    const report = reportsIn(language).find((one) => one.file === file);
    try {
      return report !== undefined && written.equals(Buffer.from(report.write(record)));
    } catch {
      // Of a record that somebody made up no report may come at all.
      return false;
    }
  });
}
