import { likelyLine } from '../model/likely-cause.ts';
import {
  type Obstacle,
  type Outcome,
  obstacleOfTarget,
  obstaclesOfRun,
  outcomeOf,
  waiverLine,
} from '../model/outcome.ts';
import type { GatedResult, RunRecord, TargetRecord } from '../model/record.ts';
import { silenceLine } from '../model/silence.ts';
import { suitesOf } from '../model/suites-of.ts';
import { explanation, headline } from './explanation.ts';
import { attributes, xml } from './xml.ts';

interface Case {
  readonly outcome: Outcome;
  readonly ms: number;
  /** What is told of the case beside its outcome, in the properties of its suite. */
  readonly facts: Readonly<Record<string, string>>;
  /** What is told of a case that did not fail and yet has something to tell. */
  readonly told: readonly string[];
  readonly xml: string;
}

interface Suite {
  readonly name: string;
  readonly package: string;
  readonly startedAt: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
}

/**
 * The record as JUnit XML: one suite per target and topic, no nesting, exactly one outcome child per
 * case. What the profile does not count is a passing case, and what is waived a skipped one, so that the
 * colour in CI agrees with the exit code; their stories stand in the `system-out` of the suite. The file
 * follows the strictest schema in use, that of the JUnit task of Apache Ant, whose cases have no
 * properties and no output of their own.
 */
export function writeJunit(record: RunRecord): string {
  const suites = [
    ...record.targets.flatMap((target) => targetSuites(record, target)),
    ...obstacleSuite('mailspec run', 'mailspec', record.startedAt, obstaclesOfRun(record)),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    ...suites.map(suiteXml),
    '</testsuites>',
    '',
  ].join('\n');
}

function targetSuites(record: RunRecord, target: TargetRecord): Suite[] {
  const obstacle = obstacleOfTarget(target);
  return [
    ...suitesOf(record).flatMap(({ slug, owner }): Suite[] => {
      const results = target.results.filter((result) => result.suite === slug);
      const [first] = results;
      if (!first) return [];
      return [
        {
          name: `${target.name} ${slug}`,
          package: className(target.name),
          startedAt: first.startedAt,
          facts: {
            target: target.name,
            ...(owner === undefined ? {} : { 'suite-owner': owner }),
            ...targetFacts(target),
          },
          cases: results.map((result) => resultCase(record, target, result)),
        },
      ];
    }),
    ...obstacleSuite(
      `${target.name} target`,
      className(target.name),
      record.startedAt,
      obstacle === null ? [] : [obstacle],
    ),
  ];
}

function targetFacts(target: TargetRecord): Record<string, string> {
  const silence = silenceLine(target);
  return {
    driver: target.driver,
    domain: target.domain,
    hostname: target.hostname,
    conclusion: target.conclusion,
    ...(silence === null ? {} : { silence }),
    ...Object.fromEntries(
      (target.causes ?? []).map((cause, index) => [`cause ${index + 1}`, likelyLine(cause)]),
    ),
    ...guestFacts(target),
    ...Object.fromEntries(Object.entries(target.artefact).map(([key, value]) => [`artefact.${key}`, value])),
  };
}

function guestFacts({ guest }: TargetRecord): Record<string, string> {
  if (!guest) return {};
  const { permissions, authority, contact } = guest;
  return {
    permissions: permissions.join(', '),
    ...(authority === null ? {} : { 'authorised-by': authority }),
    ...(contact === null ? {} : { contact }),
  };
}

function suiteXml(suite: Suite, id: number): string {
  const { name, cases } = suite;
  const head = attributes({
    package: suite.package,
    id,
    name,
    // The schema admits neither fractions nor a zone; it is UTC.
    timestamp: suite.startedAt.slice(0, 'yyyy-mm-ddThh:mm:ss'.length),
    hostname: 'localhost',
    ...counters(cases),
  });
  const facts = [...Object.entries(suite.facts), ...cases.flatMap((one) => Object.entries(one.facts))];
  const told = cases.filter((one) => one.told.length > 0).map((one) => body(one.told));
  return [
    `  <testsuite${head}>`,
    '    <properties>',
    ...facts.map(([fact, value]) => `      <property${attributes({ name: fact, value })}/>`),
    '    </properties>',
    ...cases.map((one) => one.xml),
    // Some readers fall over an element that they expect text in, so neither is ever empty.
    `    <system-out>${told.join('\n\n')}\n</system-out>`,
    '    <system-err>\n</system-err>',
    '  </testsuite>',
  ].join('\n');
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

function resultCase(record: RunRecord, target: TargetRecord, result: GatedResult): Case {
  const outcome = outcomeOf(result);
  const lines = explanation(record, result);
  const waived = waiverLine(result);
  const message = waived === null ? headline(result) : `${waived}; ${headline(result)}`;
  const silent = result.verdict === 'pass' || result.verdict === 'not-applicable';
  return {
    outcome,
    ms: workOf(result),
    facts: prefixed(result.check, resultFacts(result)),
    told: outcome === 'failed' || outcome === 'errored' || silent ? [] : lines,
    xml: caseXml(
      {
        classname: `${className(target.name)}.${result.suite}`,
        name: `${result.check} ${result.slug}`,
        time: seconds(workOf(result)),
      },
      outcomeChild(outcome, outcomeType(result), message, lines),
    ),
  };
}

/** Milliseconds that the check worked, so that sums mean something; waits of many checks pass at the same time. */
function workOf({ times, durationMs }: GatedResult): number {
  return times ? times.workedMs : durationMs;
}

function caseXml(head: Readonly<Record<string, string>>, child: readonly string[]): string {
  if (child.length === 0) return `    <testcase${attributes(head)}/>`;
  return [`    <testcase${attributes(head)}>`, ...child, '    </testcase>'].join('\n');
}

function resultFacts(result: GatedResult): Record<string, string> {
  return {
    verdict: result.verdict,
    ...(result.cause === null ? {} : { cause: result.cause }),
    consequence: result.consequence,
    gate: result.gate,
    level: result.level,
    severity: result.severity,
    clauses: result.clauses.join(' '),
    ...(result.evidence === null ? {} : { evidence: result.evidence.digest }),
    rerun: result.rerun,
  };
}

/** Facts as properties of a suite, each with the check that it is about. */
function prefixed(check: string, facts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).map(([fact, value]) => [`${check} ${fact}`, value]));
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

function obstacleSuite(
  name: string,
  prefix: string,
  startedAt: string,
  obstacles: readonly Obstacle[],
): Suite[] {
  const [first] = obstacles;
  if (!first) return [];
  const cases = obstacles.map(
    (obstacle): Case => ({
      outcome: 'errored',
      ms: 0,
      facts: prefixed(obstacle.name, { verdict: 'error' }),
      told: [],
      xml: caseXml(
        {
          classname: `${prefix}.${prefix === 'mailspec' ? 'run' : 'target'}`,
          name: obstacle.name,
          time: seconds(0),
        },
        outcomeChild('errored', 'undetermined', obstacle.why, [obstacle.why]),
      ),
    }),
  );
  return [{ name, package: prefix, startedAt, facts: { target: first.about }, cases }];
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
