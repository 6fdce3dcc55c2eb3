import { createHash } from 'node:crypto';
import { describeClause } from '../model/clause.ts';
import { likelyLine } from '../model/likely-cause.ts';
import {
  type Obstacle,
  type Outcome,
  obstacleOfTarget,
  obstaclesOfRun,
  outcomeOf,
  waiverLine,
} from '../model/outcome.ts';
import { printable } from '../model/printable.ts';
import type { GatedResult, RunRecord, TargetRecord } from '../model/record.ts';
import { silenceLine } from '../model/silence.ts';
import { explanation, headline } from './explanation.ts';

/** CTRF has one word for both: a test that did not pass. `rawStatus` and `extra` tell them apart. */
const STATUS: Readonly<Record<Outcome, 'passed' | 'failed' | 'skipped'>> = {
  passed: 'passed',
  failed: 'failed',
  errored: 'failed',
  skipped: 'skipped',
};

interface CtrfTest {
  readonly status: (typeof STATUS)[Outcome];
  readonly [key: string]: unknown;
}

/** The record as a CTRF report; `rawStatus` is the verdict. */
export function writeCtrf(record: RunRecord): string {
  const tests = [
    ...record.targets.flatMap((target) => {
      const obstacle = obstacleOfTarget(target);
      return [
        ...target.results.map((result) => resultTest(record, result)),
        ...(obstacle === null ? [] : [obstacleTest(obstacle)]),
      ];
    }),
    ...obstaclesOfRun(record).map(obstacleTest),
  ];
  const count = (status: CtrfTest['status']) => tests.filter((test) => test.status === status).length;
  const { tool, environment, profile } = record;
  return `${JSON.stringify(
    {
      reportFormat: 'CTRF',
      specVersion: '0.0.0',
      reportId: uuid(record),
      runId: printable(record.runId) || 'mailspec',
      timestamp: record.finishedAt,
      generatedBy: `mailspec ${printable(tool.version)}`,
      results: {
        tool: { name: 'mailspec', version: printable(tool.version) },
        summary: {
          tests: tests.length,
          passed: count('passed'),
          failed: count('failed'),
          skipped: count('skipped'),
          pending: 0,
          other: 0,
          start: Date.parse(record.startedAt),
          stop: Date.parse(record.finishedAt),
        },
        tests,
        environment: {
          osPlatform: printable(environment.os),
          extra: { arch: printable(environment.arch), node: printable(tool.node) },
        },
        extra: {
          conclusion: record.conclusion,
          exitCode: record.exitCode,
          profile: printable(`${profile.id}@${profile.version}`),
          strict: profile.strict,
          targets: record.targets.map((target) => ({
            name: printable(target.name),
            conclusion: target.conclusion,
            ...silenceOfTarget(target),
            causes: (target.causes ?? []).map((cause) => printable(likelyLine(cause))),
          })),
        },
      },
    },
    null,
    2,
  )}\n`;
}

function silenceOfTarget(target: TargetRecord): { readonly silence?: string } {
  const silence = silenceLine(target);
  return silence === null ? {} : { silence: printable(silence) };
}

function resultTest(record: RunRecord, result: GatedResult): CtrfTest {
  const outcome = outcomeOf(result);
  const waived = waiverLine(result);
  const start = Date.parse(result.startedAt);
  const told = outcome === 'passed' && result.verdict === 'pass' ? [] : explanation(record, result);
  return {
    testId: printable(`${result.target}/${result.check}`),
    name: printable(`${result.check} ${result.slug}`),
    status: STATUS[outcome],
    rawStatus: result.verdict,
    duration: Math.round(result.durationMs),
    start,
    stop: start + Math.round(result.durationMs),
    suite: [printable(result.target), result.suite],
    ...(told.length === 0
      ? {}
      : {
          message: printable(waived === null ? headline(result) : `${waived}; ${headline(result)}`),
          trace: told.map(printable).join('\n'),
        }),
    tags: [result.suite, result.level, result.severity],
    labels: {
      target: printable(result.target),
      check: result.check,
      title: printable(result.title),
      level: result.level,
      severity: result.severity,
      gate: result.gate,
      profile: printable(record.profile.id),
      ...(result.clauses.length === 0
        ? {}
        : { clauses: result.clauses.map((clause) => printable(describeClause(clause).label)) }),
    },
    filePath: printable(result.source.file),
    line: result.source.line,
    ...(result.evidence === null
      ? {}
      : {
          attachments: [
            {
              name: 'evidence',
              contentType: result.evidence.mediaType,
              path: printable(`evidence/${result.evidence.file}`),
            },
          ],
        }),
    extra: {
      outcome,
      consequence: result.consequence,
      ...(result.cause === null ? {} : { cause: result.cause }),
      ...(waived === null ? {} : { waived: printable(waived) }),
      rerun: printable(result.rerun),
    },
  };
}

function obstacleTest({ about, name, why }: Obstacle): CtrfTest {
  return {
    testId: printable(`${about}/${name}`),
    name,
    status: 'failed',
    rawStatus: 'error',
    duration: 0,
    suite: [printable(about)],
    message: printable(why),
    labels: { target: printable(about), check: name },
    extra: { outcome: 'errored' },
  };
}

/** Of a derived report nothing may be random: a UUID (version 8) that follows from the run. */
function uuid(record: RunRecord): string {
  const digest = createHash('sha256').update(`${record.runId}\n${record.finishedAt}`).digest('hex');
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `8${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}
