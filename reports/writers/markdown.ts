import { describeClause } from '../model/clause.ts';
import { CLAUSE_STATES, clauseState, countClauses } from '../model/clause-state.ts';
import { limitsLine } from '../model/controls.ts';
import { guestLine } from '../model/guest.ts';
import { labLine } from '../model/lab-line.ts';
import { likelyText } from '../model/likely-cause.ts';
import { mattersOf } from '../model/matters.ts';
import { type OpenGroup, openGroups } from '../model/open-groups.ts';
import {
  type Obstacle,
  type Outcome,
  obstacleOfTarget,
  obstaclesOfRun,
  outcomeOf,
  waiverLine,
} from '../model/outcome.ts';
import { partialLine } from '../model/partial.ts';
import type { Conclusion, GatedResult, RunRecord, TargetRecord } from '../model/record.ts';
import { bySeverity } from '../model/severity.ts';
import { silenceLine } from '../model/silence.ts';
import { otherSuiteLines } from '../model/suites-of.ts';
import { countsLine } from './counts-line.ts';
import { headline } from './explanation.ts';
import { ENGLISH } from './html/english.ts';
import { codeSpan, escapedMarkdown } from './markdown-text.ts';

const SIGN: Readonly<Record<Conclusion, string>> = {
  conformant: '✓',
  'non-conformant': '✗',
  undetermined: '?',
};

/** How an item begins; what passed or does not apply is counted and not listed. */
const GLYPH: Readonly<Record<Exclude<Outcome, 'passed'>, string>> = {
  failed: '✗',
  errored: '‼',
  skipped: '~',
};

/** A comment on GitHub holds 65,536 characters. */
const LONGEST = 60_000;

type Item = (result: GatedResult) => string[];

/**
 * The record as a Markdown summary for a pull request: per target its conclusion and counts, causes with
 * the findings that they explain, other findings, what is open by its reason, and every waiver. Everything
 * that is not our own wording stands in code spans, where nothing is a link, a mention or HTML. A summary
 * that would be too long for a comment names its checks only.
 */
export function writeMarkdown(record: RunRecord): string {
  const whole = summary(record, full);
  return whole.length <= LONGEST ? whole : summary(record, brief);
}

function summary(record: RunRecord, item: Item): string {
  const { profile } = record;
  return [
    `# mailspec: ${record.conclusion}`,
    '',
    `Profile ${codeSpan(`${profile.id}@${profile.version}`)}${profile.strict ? ', strict' : ''}${profile.verification === 'verified' ? '' : ', not verified'}, exit code ${record.exitCode}, run ${codeSpan(record.runId)}.`,
    '',
    ...otherSuiteLines(record).flatMap((line) => [`Suite of another author: ${codeSpan(line)}`, '']),
    ...(record.rerunOf ? [`This run is partial: ${partialLine(record.rerunOf)}`, ''] : []),
    ...record.targets.flatMap((target) => targetLines(record, target, item)),
    ...orderLines(obstaclesOfRun(record)),
    `Every check, with the dialogues: ${codeSpan('report.html')}`,
    '',
  ].join('\n');
}

function targetLines(record: RunRecord, target: TargetRecord, item: Item): string[] {
  const obstacle = obstacleOfTarget(target);
  const waived = target.results.filter(({ consequence }) => consequence === 'waived');
  return [
    `## ${SIGN[target.conclusion]} ${codeSpan(target.name)}: ${target.conclusion}`,
    '',
    countsLine(target),
    '',
    ...(obstacle === null ? [] : [...obstacleItem(obstacle), '']),
    ...[silenceLine(target), limitsLine(target), labLine(target), guestLine(target)].flatMap((line) =>
      line === null ? [] : [codeSpan(line), ''],
    ),
    ...clauseLines(record, target),
    ...findingLines(target, item),
    '',
    ...openGroups(target).flatMap(openLines),
    ...(waived.length > 0 ? ['### Waived', '', ...bySeverity(waived).flatMap(item), ''] : []),
  ];
}

/** The findings in the order in which they matter: beneath their cause, or on their own. */
function findingLines(target: TargetRecord, item: Item): string[] {
  const matters = mattersOf(target);
  return matters.flatMap(({ cause, findings, severity }, index) =>
    cause === null
      ? [
          // What follows the heading of a cause would be read as explained by it.
          ...(matters[index - 1]?.cause ? ['### On their own', ''] : []),
          ...findings.flatMap(item),
        ]
      : [
          '',
          `### ${severity}, looks like: ${escapedMarkdown(likelyText(cause))}`,
          '',
          ...(cause.doesNotFit.length === 0
            ? []
            : [`What does not fit: ${cause.doesNotFit.join(', ')} passed.`, '']),
          ...findings.flatMap(item === brief ? brief : named),
          '',
        ],
  );
}

/** What is open for one reason: the codes, those that are demanded apart from those that are not. */
function openLines({ reason, control, results }: OpenGroup): string[] {
  const by = control === null ? '' : `${codeSpan(control)} broke off: `;
  const kinds = Map.groupBy(results, (result) => `${outcomeOf(result)} ${result.verdict}`);
  return [
    `### ${results.length} open: ${by}${codeSpan(shortened(reason))}`,
    '',
    ...[...kinds.values()].flatMap(([first, ...others]) => {
      if (!first) return [];
      const outcome = outcomeOf(first);
      const glyph = outcome === 'passed' ? '' : GLYPH[outcome];
      return [`- ${glyph} **${[first, ...others].map(({ check }) => check).join(' ')}** (${first.verdict})`];
    }),
    '',
  ];
}

const CLAUSES_NAMED = 12;
/** Longest reason of what decided nothing, in characters. */
const REASON_LENGTH = 200;

/** The clauses of the profile in one paragraph, those that are not met by name. */
function clauseLines({ profile: { clauses } }: RunRecord, target: TargetRecord): string[] {
  if (clauses.length === 0) return [];
  const count = countClauses(clauses, target);
  const states = CLAUSE_STATES.filter((state) => count[state] > 0).map(
    (state) => `${count[state]} ${ENGLISH.clauses.states[state]}`,
  );
  const missed = clauses.filter((clause) => clauseState(clause, target) === 'not-met');
  const named = missed.slice(0, CLAUSES_NAMED).map(({ id }) => codeSpan(id));
  const rest = missed.length > CLAUSES_NAMED ? [`${missed.length - CLAUSES_NAMED} more`] : [];
  return [
    `Clauses of the profile: ${states.join(', ')}.${missed.length === 0 ? '' : ` Not met: ${[...named, ...rest].join(', ')}.`}`,
    '',
  ];
}

function orderLines(obstacles: readonly Obstacle[]): string[] {
  if (obstacles.length === 0) return [];
  return [`## ‼ ${codeSpan('mailspec')}: the run`, '', ...obstacles.flatMap(obstacleItem), ''];
}

/** An item with reason, clauses and the command that reruns it. */
function full(result: GatedResult): string[] {
  const waived = waiverLine(result);
  const clauses = result.clauses.map((clause) => {
    const { label, url } = describeClause(clause);
    return url === null ? escapedMarkdown(label) : `[${escapedMarkdown(label)}](<${url}>)`;
  });
  return [
    ...named(result),
    `  - ${codeSpan(headline(result))}`,
    ...(waived === null ? [] : [`  - ${codeSpan(waived)}`]),
    `  - ${clauses.join(', ')}; rerun: ${codeSpan(result.rerun)}`,
  ];
}

function brief(result: GatedResult): string[] {
  const outcome = outcomeOf(result);
  const glyph = outcome === 'passed' ? '' : GLYPH[outcome];
  return [`- ${glyph} **${result.check}** (${result.verdict}, ${result.severity})`];
}

function named(result: GatedResult): string[] {
  return [`${brief(result).join('')} ${escapedMarkdown(result.title)}`];
}

function shortened(reason: string): string {
  const letters = [...reason];
  return letters.length <= REASON_LENGTH ? reason : `${letters.slice(0, REASON_LENGTH).join('')}…`;
}

function obstacleItem({ name, why }: Obstacle): string[] {
  return [`- ${GLYPH.errored} **${name}** (error)`, `  - ${codeSpan(why)}`];
}
