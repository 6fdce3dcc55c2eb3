import {
  type Obstacle,
  type Outcome,
  obstacleOfTarget,
  obstaclesOfRun,
  outcomeOf,
} from '../model/outcome.ts';
import type { GatedResult, RunRecord, TargetRecord } from '../model/record.ts';
import { SUITES } from '../model/vocabulary.ts';
import { explanation, headline } from './explanation.ts';
import { attributes, xml } from './xml.ts';

interface Case {
  readonly outcome: Outcome;
  readonly ms: number;
  readonly xml: string;
}

/**
 * The record as JUnit XML: one suite per target and topic, no nesting, exactly one outcome child per
 * case. What the profile does not count is a passing case that tells its verdict in `system-out`, so
 * that the colour in CI agrees with the exit code.
 */
export function writeJunit(record: RunRecord): string {
  const suites = [
    ...record.targets.flatMap((target) => targetSuites(target)),
    ...obstacleSuite('mailspec run', record.startedAt, obstaclesOfRun(record)),
  ];
  const totals = attributes({
    name: 'mailspec',
    ...counters(suites.flatMap((suite) => suite.cases)),
    timestamp: record.startedAt,
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${totals}>`,
    ...suites.map((suite) => suite.xml),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Suite {
  readonly cases: readonly Case[];
  readonly xml: string;
}

function targetSuites(target: TargetRecord): Suite[] {
  const obstacle = obstacleOfTarget(target);
  const startedAt = target.results[0]?.startedAt ?? '';
  return [
    ...SUITES.flatMap(({ slug }) => {
      const results = target.results.filter((result) => result.suite === slug);
      if (results.length === 0) return [];
      const about = { target: target.name, ...targetFacts(target) };
      const cases = results.map((result) => resultCase(target, result));
      return [suite(`${target.name} ${slug}`, results[0]?.startedAt ?? startedAt, about, cases)];
    }),
    ...obstacleSuite(`${target.name} target`, startedAt, obstacle === null ? [] : [obstacle]),
  ];
}

function targetFacts(target: TargetRecord): Record<string, string> {
  return {
    driver: target.driver,
    domain: target.domain,
    hostname: target.hostname,
    conclusion: target.conclusion,
    ...Object.fromEntries(Object.entries(target.artefact).map(([key, value]) => [`artefact.${key}`, value])),
  };
}

function suite(
  name: string,
  timestamp: string,
  facts: Readonly<Record<string, string>>,
  cases: readonly Case[],
): Suite {
  const head = attributes({ name, ...counters(cases), timestamp: timestamp || null });
  return {
    cases,
    xml: [
      `  <testsuite${head}>`,
      ...properties('    ', facts),
      ...cases.map((one) => one.xml),
      '  </testsuite>',
    ].join('\n'),
  };
}

function counters(cases: readonly Case[]): Record<string, string | number> {
  const of = (outcome: Outcome) => cases.filter((one) => one.outcome === outcome).length;
  return {
    tests: cases.length,
    failures: of('failed'),
    errors: of('errored'),
    skipped: of('skipped'),
    time: seconds(cases.reduce((sum, { ms }) => sum + ms, 0)),
  };
}

function resultCase(target: TargetRecord, result: GatedResult): Case {
  const outcome = outcomeOf(result);
  const lines = explanation(result);
  const head = attributes({
    classname: `${className(target.name)}.${result.suite}`,
    name: `${result.check} ${result.slug}`,
    time: seconds(result.durationMs),
    file: result.source.file,
    line: result.source.line,
  });
  return {
    outcome,
    ms: result.durationMs,
    xml: [
      `    <testcase${head}>`,
      ...properties('      ', resultFacts(result)),
      ...outcomeChild(outcome, outcomeType(result), headline(result), lines),
      ...(outcome === 'passed' && result.verdict !== 'pass'
        ? [`      <system-out>${body(lines)}</system-out>`]
        : []),
      '    </testcase>',
    ].join('\n'),
  };
}

function resultFacts(result: GatedResult): Record<string, string> {
  return {
    target: result.target,
    check: result.check,
    verdict: result.verdict,
    ...(result.cause === null ? {} : { cause: result.cause }),
    consequence: result.consequence,
    gate: result.gate,
    level: result.level,
    severity: result.severity,
    clauses: result.clauses.join(' '),
    ...(result.evidence === null ? {} : { evidence: result.evidence.digest }),
  };
}

/** A fixed word for what happened. None of them may be a type that Rails casts, such as `integer` or `date`. */
function outcomeType(result: GatedResult): string {
  switch (result.verdict) {
    case 'fail':
      return `nonconformance.${result.level.toLowerCase()}`;
    case 'warn':
      return `deviation.${result.level.toLowerCase()}`;
    default:
      return result.cause === null ? result.verdict : `${result.verdict}.${result.cause}`;
  }
}

function outcomeChild(outcome: Outcome, type: string, message: string, lines: readonly string[]): string[] {
  switch (outcome) {
    case 'passed':
      return [];
    case 'skipped':
      return [`      <skipped${attributes({ message })}/>`];
    case 'failed':
      return [`      <failure${attributes({ message, type })}>${body(lines)}</failure>`];
    case 'errored':
      return [`      <error${attributes({ message, type })}>${body(lines)}</error>`];
  }
}

function obstacleSuite(name: string, timestamp: string, obstacles: readonly Obstacle[]): Suite[] {
  if (obstacles.length === 0) return [];
  const cases = obstacles.map((obstacle): Case => {
    const head = attributes({
      classname: name.startsWith('mailspec ') ? 'mailspec.run' : `${className(obstacle.about)}.target`,
      name: obstacle.name,
      time: seconds(0),
    });
    const facts = { target: obstacle.about, check: obstacle.name, verdict: 'error' };
    return {
      outcome: 'errored',
      ms: 0,
      xml: [
        `    <testcase${head}>`,
        ...properties('      ', facts),
        ...outcomeChild('errored', 'undetermined', obstacle.why, [obstacle.why]),
        '    </testcase>',
      ].join('\n'),
    };
  });
  return [suite(name, timestamp, {}, cases)];
}

function properties(indent: string, facts: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(facts);
  if (entries.length === 0) return [];
  return [
    `${indent}<properties>`,
    ...entries.map(([name, value]) => `${indent}  <property${attributes({ name, value })}/>`),
    `${indent}</properties>`,
  ];
}

/** Jenkins splits a class name at its last dot; `~` keeps different target names different. */
function className(target: string): string {
  return target.replaceAll('~', '~~').replaceAll('.', '~');
}

function body(lines: readonly string[]): string {
  return lines.map(xml).join('\n');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
