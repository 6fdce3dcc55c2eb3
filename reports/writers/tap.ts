import { describeClause } from '../model/clause.ts';
import { likelyLine } from '../model/likely-cause.ts';
import { obstacleOfTarget, obstaclesOfRun, outcomeOf, waiverLine } from '../model/outcome.ts';
import { printable } from '../model/printable.ts';
import type { GatedResult, RunRecord } from '../model/record.ts';
import { silenceLine } from '../model/silence.ts';
import { headline } from './explanation.ts';

interface Point {
  readonly ok: boolean;
  readonly description: string;
  readonly skip: string | null;
  readonly facts: Readonly<Record<string, string | number>>;
}

/**
 * The record as TAP version 13: flat, the plan first so that a truncated file is seen as such, and
 * diagnostics with JSON scalars only, which every YAML reader takes. What is waived is skipped: a TODO
 * would say more, but tools that make JUnit of TAP take it for a failure.
 */
export function writeTap(record: RunRecord): string {
  const points = [
    ...record.targets.flatMap((target) => [
      ...target.results.map(resultPoint),
      ...obstaclePoints([obstacleOfTarget(target)]),
    ]),
    ...obstaclePoints(obstaclesOfRun(record)),
  ];
  const comments = record.targets.flatMap((target) =>
    [silenceLine(target), ...(target.causes ?? []).map(likelyLine)].flatMap((line) =>
      line === null ? [] : [`# ${escaped(`${target.name}: ${line}`)}`],
    ),
  );
  return ['TAP version 13', `1..${points.length}`, ...comments, ...points.flatMap(pointLines), ''].join('\n');
}

function resultPoint(result: GatedResult): Point {
  const outcome = outcomeOf(result);
  const waived = waiverLine(result);
  const broken = result.variants
    .flatMap(({ violations, deviations }) => [...violations, ...deviations])
    .at(0);
  return {
    ok: outcome === 'passed' || outcome === 'skipped',
    description: `${result.target} ${result.check} ${result.slug}`,
    skip: outcome === 'skipped' ? (waived ?? result.reason) : null,
    facts: {
      target: result.target,
      check: result.check,
      verdict: result.verdict,
      ...(result.cause === null ? {} : { cause: result.cause }),
      consequence: result.consequence,
      ...(waived === null ? {} : { waived }),
      gate: result.gate,
      level: result.level,
      severity: result.severity,
      clause: result.clauses.map((clause) => describeClause(clause).label).join(', '),
      message: headline(result),
      ...(broken ? { expected: broken.expected, actual: broken.actual } : {}),
      ...(result.evidence === null ? {} : { evidence: result.evidence.digest }),
      rerun: result.rerun,
      duration_ms: Math.round(result.durationMs),
    },
  };
}

function obstaclePoints(obstacles: readonly ReturnType<typeof obstacleOfTarget>[]): Point[] {
  return obstacles.flatMap((obstacle) =>
    obstacle === null
      ? []
      : [
          {
            ok: false,
            description: `${obstacle.about} ${obstacle.name}`,
            skip: null,
            facts: {
              target: obstacle.about,
              check: obstacle.name,
              verdict: 'error',
              message: obstacle.why,
            },
          },
        ],
  );
}

function pointLines(point: Point, index: number): string[] {
  const directive = point.skip === null ? '' : ` # SKIP ${escaped(point.skip)}`;
  return [
    `${point.ok ? 'ok' : 'not ok'} ${index + 1} - ${escaped(point.description)}${directive}`,
    '  ---',
    ...Object.entries(point.facts).map(([key, value]) => `  ${key}: ${scalar(value)}`),
    '  ...',
  ];
}

/** `#` begins a directive; after a backslash it does not. */
function escaped(text: string): string {
  return printable(text).replace(/[\\#]/g, '\\$&');
}

function scalar(value: string | number): string {
  return JSON.stringify(typeof value === 'string' ? printable(value) : value);
}
