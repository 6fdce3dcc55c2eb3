import { likelyText } from '../model/likely-cause.ts';
import { type Matter, mattersOf } from '../model/matters.ts';
import { openGroups } from '../model/open-groups.ts';
import {
  type Obstacle,
  type Outcome,
  obstacleOfTarget,
  obstaclesOfRun,
  outcomeOf,
} from '../model/outcome.ts';
import type { GatedResult, RunRecord, TargetRecord } from '../model/record.ts';
import { bySeverity, SEVERITIES } from '../model/severity.ts';
import { standingOf } from '../model/standing.ts';
import { headline } from './explanation.ts';
import { type Place, placeOfRun, placeOfTarget } from './places.ts';
import { type Annotation, type AnnotationKind, loggable, workflowCommand } from './workflow-command.ts';

/** GitHub shows this many annotations of each kind in a step, and drops the others without a word. */
const SHOWN = 10;
const CODES_NAMED = 30;

/**
 * The record as workflow commands of GitHub: an error for each matter (a cause with its findings, or a finding on its
 * own) and for what kept a target or the run from coming to anything, a warning for each reason that leaves open what is
 * demanded, a notice for each deviation that does not count. The gravest come first; where there are more than GitHub
 * shows, the last one says how many. Plain lines below say the same for whoever reads the log, and every check that
 * failed or is open: they begin with `mailspec`, so that the runner sees no command in them.
 */
export function writeGithub(record: RunRecord): string {
  const place = placeOfRun(record);
  const obstacles = [
    ...record.targets.flatMap(obstacleOf),
    ...obstaclesOfRun(record).map((one) => obstacle(one, place)),
  ];
  const kinds: readonly (readonly [AnnotationKind, readonly Annotation[]])[] = [
    ['error', [...obstacles, ...matters(record)]],
    ['warning', record.targets.flatMap(openOf)],
    ['notice', record.targets.flatMap(adviceOf)],
  ];
  const total = kinds.map(([kind, all]) => `${all.length} ${kind}`).join(', ');
  return [
    ...kinds.flatMap(([kind, all]) => shown(all, place).map((one) => workflowCommand(kind, one))),
    `mailspec annotations: ${total}`,
    ...record.targets.flatMap(ledgerOf),
    ...runLedger(obstaclesOfRun(record)),
    `mailspec conclusion: ${record.conclusion}, exit code ${record.exitCode}`,
    '',
  ].join('\n');
}

function shown(all: readonly Annotation[], place: Place): readonly Annotation[] {
  if (all.length <= SHOWN) return all;
  const more = all.length - (SHOWN - 1);
  const message = `${more} more are in report.html and in the log of this step.`;
  return [...all.slice(0, SHOWN - 1), { ...place, title: `mailspec: ${more} more`, message }];
}

/** The matters of all targets, the gravest first. */
function matters({ targets }: RunRecord): Annotation[] {
  const rank = ({ matter: { severity } }: { matter: Matter }) => SEVERITIES.indexOf(severity);
  return targets
    .flatMap((target) => mattersOf(target).map((matter) => ({ target, matter })))
    .sort((a, b) => rank(a) - rank(b) || b.matter.findings.length - a.matter.findings.length)
    .flatMap(({ target, matter: { cause, findings, severity } }) => {
      if (cause === null) return findings.map((result) => annotationOf(target, result));
      const title = `${target.name}: ${severity}, ${findings.length} findings look like one mistake`;
      return [{ ...placeOfTarget(target), title, message: `${likelyText(cause)} ${codes(findings)}` }];
    });
}

function annotationOf(target: TargetRecord, result: GatedResult): Annotation {
  return {
    ...placeOfTarget(target),
    title: `${target.name}: ${result.severity}, ${result.check}`,
    message: `${result.title}. ${headline(result)}`,
  };
}

function openOf(target: TargetRecord): Annotation[] {
  return openGroups(target).flatMap(({ reason, results }) => {
    const demanded = results.filter(({ consequence }) => consequence === 'unsettled');
    if (demanded.length === 0) return [];
    const title = `${target.name}: ${demanded.length} open`;
    return [{ ...placeOfTarget(target), title, message: `${reason} ${codes(demanded)}` }];
  });
}

function adviceOf(target: TargetRecord): Annotation[] {
  const advice = target.results.filter((result) => ['advice', 'advisory'].includes(standingOf(result)));
  return bySeverity(advice).map((result) => annotationOf(target, result));
}

function obstacleOf(target: TargetRecord): Annotation[] {
  const found = obstacleOfTarget(target);
  return found === null ? [] : [obstacle(found, placeOfTarget(target))];
}

function obstacle({ about, name, why }: Obstacle, place: Place): Annotation {
  return { ...place, title: `${about}: it is not so that the ${name}`, message: why };
}

function codes(results: readonly GatedResult[]): string {
  const more = results.length - CODES_NAMED;
  const named = results.slice(0, CODES_NAMED).map(({ check }) => check);
  return `(${named.join(' ')}${more > 0 ? ` and ${more} more` : ''})`;
}

function ledgerOf(target: TargetRecord): string[] {
  const found = obstacleOfTarget(target);
  const of = (outcome: Outcome) => target.results.filter((result) => outcomeOf(result) === outcome);
  const count = {
    failed: of('failed').length,
    errored: of('errored').length + (found === null ? 0 : 1),
    skipped: of('skipped').length,
    passed: of('passed').length,
  };
  const told = (['failed', 'errored'] as const).flatMap((outcome) =>
    bySeverity(of(outcome)).map(({ check, verdict }) => `mailspec ${outcome}: ${check} (${verdict})`),
  );
  return [heading(target.name, count), ...told, ...(found === null ? [] : [obstacleLine(found)])];
}

function runLedger(obstacles: readonly Obstacle[]): string[] {
  if (obstacles.length === 0) return [];
  const count = { failed: 0, errored: obstacles.length, skipped: 0, passed: 0 };
  return [heading('mailspec', count), ...obstacles.map(obstacleLine)];
}

function heading(about: string, count: Readonly<Record<Outcome, number>>): string {
  const numbers = `failed ${count.failed}, errored ${count.errored}, skipped ${count.skipped}, passed ${count.passed}`;
  return `mailspec target: ${JSON.stringify(loggable(about))}: ${numbers}`;
}

function obstacleLine({ name }: Obstacle): string {
  return `mailspec errored: ${name} (error)`;
}
