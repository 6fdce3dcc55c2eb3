import { describeClause } from '../model/clause.ts';
import { excerpt } from '../model/excerpt.ts';
import { causeOf, likelyLine } from '../model/likely-cause.ts';
import { waiverLine } from '../model/outcome.ts';
import type { GatedResult, Remedy, RunRecord } from '../model/record.ts';
import { remediesOf } from '../model/remedies.ts';
import type { TranscriptLine, Verification } from '../model/vocabulary.ts';

const TRANSCRIPT_LIMIT = 60;

/** Verdict and reason in one line: `fail: 3 of 4 roles …`. */
export function headline(result: GatedResult): string {
  const cause = result.cause === null ? '' : ` (${result.cause})`;
  return `${result.verdict}${cause}: ${result.reason}`;
}

/** Everything a person needs to understand a result in a text-only report, line by line, unescaped. */
export function explanation(record: RunRecord, result: GatedResult): string[] {
  const { evidence } = result;
  const target = record.targets.find(({ name }) => name === result.target);
  const cause = target && causeOf(target, result);
  return [
    headline(result),
    ...[waiverLine(result)].filter((line) => line !== null),
    ...(cause ? [`Cause: ${likelyLine(cause)}`] : []),
    '',
    `${result.check} ${result.title}`,
    `Requirement: ${result.level}, severity ${result.severity}; the profile's gate is ${result.gate}`,
    ...result.clauses.map((clause) => {
      const { label, url } = describeClause(clause);
      return `Clause: ${label}${url === null ? '' : ` ${url}`}`;
    }),
    `Sends: ${result.sends}`,
    `Demands: ${result.demands}`,
    ...result.variants.flatMap((variant) => [
      `Variant ${variant.name}: ${variant.verdict}, ${variant.reason}`,
      ...variant.violations.flatMap((one) => broken('Violation', one)),
      ...variant.deviations.flatMap((one) => broken('Deviation', one)),
    ]),
    ...(result.control === null
      ? []
      : [`Afterwards: server ${result.control.alive ? 'alive' : 'not alive'}, ${result.control.text}`]),
    ...transcript(result),
    ...remediesOf(record, result).flatMap(remedyLines),
    ...result.limits.map((limit) => `Limit: ${limit}`),
    ...(evidence === null
      ? []
      : [`Evidence: evidence/${evidence.file} (${evidence.events} events, ${evidence.digest})`]),
    `Rerun: ${result.rerun}`,
  ];
}

function remedyLines({ advice, servers }: Remedy): string[] {
  return [
    `Mend: ${advice.en}`,
    ...servers.flatMap(({ server, lines }) => [`  ${server}:`, ...lines.map((line) => `    ${line}`)]),
  ];
}

function broken(what: string, { demand, expected, actual }: Verification): string[] {
  return [`  ${what}: ${demand}`, `    expected: ${expected}`, `    actual:   ${actual}`];
}

function transcript(result: GatedResult): string[] {
  if (result.transcript.length === 0) return [];
  return [
    '',
    'Transcript:',
    ...excerpt(result.transcript, TRANSCRIPT_LIMIT).map((line) =>
      'omitted' in line ? `  … ${line.omitted} lines` : transcriptLine(line),
    ),
    ...(result.transcriptOmitted > 0 ? [`  … ${result.transcriptOmitted} more lines in the evidence`] : []),
    '',
  ];
}

function transcriptLine({ connection, who, layer, text, mark }: TranscriptLine): string {
  const speaker = who === 'client' ? 'C:' : who === 'server' ? 'S:' : '--';
  const where = `#${connection}${layer === 'tls' ? ' tls  ' : layer === 'clear' ? ' clear' : '      '}`;
  return `${mark === null ? '  ' : '> '}${where} ${speaker} ${text}`;
}
