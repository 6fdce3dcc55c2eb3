import { consequenceOf } from '../../reports/model/conclude.ts';
import type { RunRecord, WaivableVerdict } from '../../reports/model/record.ts';

/** A decision about everything that a run found. */
export interface Decision {
  /** Null: each entry has a place to say why; until it is filled in, the file is refused. */
  readonly reason: string | null;
  readonly authority: string;
  readonly expires: string;
}

/** An entry as it is written, with what was seen above it. */
export interface WrittenEntry extends Decision {
  readonly target: string;
  readonly check: string;
  readonly verdict: WaivableVerdict;
  readonly title: string;
  readonly seen: string;
}

/**
 * What the file expects of everything by which a run failed or stayed open. What the run already waived keeps its own
 * reason; our own errors cannot be expected.
 */
export function entriesOf(record: RunRecord, decision: Decision): readonly WrittenEntry[] {
  return record.targets.flatMap(({ results }) =>
    results.flatMap((result) => {
      const { verdict, gate, target, check, waiver } = result;
      const due = consequenceOf(verdict, gate, record.profile.strict);
      if (!isWaivable(verdict) || (due !== 'finding' && due !== 'unsettled')) return [];
      return [{ target, check, verdict, ...(waiver ?? decision), title: result.title, seen: result.reason }];
    }),
  );
}

/** The entries as a file. */
export function writeExpected(record: RunRecord, entries: readonly WrittenEntry[]): string {
  return [
    '# yaml-language-server: $schema=./mailspec-expected.schema.json',
    `# From the run ${record.runId}, profile ${record.profile.id}@${record.profile.version}.`,
    'version: 1',
    'expected:',
    ...entries.flatMap((entry) => [
      `  # ${entry.title}`,
      `  # ${entry.seen}`,
      `  - target: ${scalar(entry.target)}`,
      `    check: ${scalar(entry.check)}`,
      `    verdict: ${entry.verdict}`,
      `    reason: ${entry.reason === null ? '# say why this is accepted' : scalar(entry.reason)}`,
      `    authority: ${scalar(entry.authority)}`,
      `    expires: ${scalar(entry.expires)}`,
    ]),
    '',
  ].join('\n');
}

function isWaivable(verdict: string): verdict is WaivableVerdict {
  return verdict === 'fail' || verdict === 'warn' || verdict === 'inconclusive';
}

/** What JSON writes in quotes means the same in YAML 1.2; what needs none has none. */
function scalar(text: string): string {
  return /^[A-Za-z][A-Za-z0-9-]*$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
