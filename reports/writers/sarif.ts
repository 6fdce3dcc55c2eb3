import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeClause } from '../model/clause.ts';
import { causeOf, likelyLine } from '../model/likely-cause.ts';
import { type Obstacle, obstacleOfTarget, obstaclesOfRun, outcomeOf, waiverLine } from '../model/outcome.ts';
import { printable } from '../model/printable.ts';
import type { GatedResult, RunRecord, TargetRecord } from '../model/record.ts';
import { silenceLine } from '../model/silence.ts';
import type { Severity } from '../model/vocabulary.ts';
import { headline } from './explanation.ts';
import { codeSpan, escapedMarkdown } from './markdown-text.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** How code scanning orders findings: a number as in CVSS, by which it also says critical, high and so on. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '1.0',
};

/**
 * The record as SARIF 2.1.0 for code scanning: one run per target, its rules the checks that were
 * selected, its results what deviated, each at the declaration of the target in the targets file. What
 * came to no verdict is a notification, because code scanning takes every result for a finding; what is
 * waived is suppressed. The property bag of a run says what became of every check. A run about a target that is
 * undetermined was not successful: whoever uploads it would have what it could not look at taken for mended.
 */
export function writeSarif(record: RunRecord): string {
  const about = obstaclesOfRun(record);
  const runs = [
    ...record.targets.map((target) => targetRun(record, target)),
    ...(about.length === 0 ? [] : [orderRun(record, about)]),
  ];
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs }, null, 2)}\n`;
}

function targetRun(record: RunRecord, target: TargetRecord): object {
  const obstacle = obstacleOfTarget(target);
  const obstacles = obstacle === null ? [] : [obstacle];
  const silence = silenceLine(target);
  const { results } = target;
  const unsettled = results.filter(({ verdict }) => ['inconclusive', 'error', 'not-run'].includes(verdict));
  return {
    ...head(record, target.name, results),
    invocations: [
      invocation(record, target.conclusion !== 'undetermined', [
        ...(silence === null ? [] : [{ level: 'warning', message: { text: messageText(silence) } }]),
        ...unsettled.map((result) => ({
          level: result.consequence === 'unsettled' ? 'error' : 'note',
          message: { text: messageText(`${result.check} on ${result.target}: ${headline(result)}`) },
          associatedRule: { id: result.check },
        })),
        ...obstacles.map(notification),
      ]),
    ],
    results: results
      .filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
      .map((result) => resultOf(target, result)),
    properties: {
      target: printable(target.name),
      conclusion: target.conclusion,
      profile: printable(`${record.profile.id}@${record.profile.version}`),
      outcomes: [
        ...results.map((result) => ({
          check: result.check,
          verdict: result.verdict,
          outcome: outcomeOf(result),
          waived: result.waiver !== null,
        })),
        ...obstacles.map(obstacleOutcome),
      ],
    },
  };
}

/** A run that is about no target: why the audit as a whole came to nothing. */
function orderRun(record: RunRecord, obstacles: readonly Obstacle[]): object {
  return {
    ...head(record, 'mailspec', []),
    invocations: [invocation(record, false, obstacles.map(notification))],
    results: [],
    properties: { target: 'mailspec', outcomes: obstacles.map(obstacleOutcome) },
  };
}

function head(record: RunRecord, about: string, results: readonly GatedResult[]): object {
  const { tool, profile } = record;
  return {
    tool: {
      driver: {
        name: 'mailspec',
        version: printable(tool.version),
        informationUri: informationUri(tool.version),
        rules: results.map(ruleOf),
      },
    },
    automationDetails: { id: `mailspec/${printable(about)}/${printable(profile.id)}/` },
    columnKind: 'utf16CodeUnits',
  };
}

/** Which tool this is, as a package URL: a URI that stays true wherever mailspec comes from. */
function informationUri(version: string): string {
  return `pkg:generic/mailspec@${encodeURIComponent(printable(version))}`;
}

function ruleOf(result: GatedResult): object {
  const clauses = result.clauses.map(describeClause);
  const url = clauses.find((clause) => clause.url !== null)?.url ?? null;
  const cited = clauses.map(({ label }) => label).join(', ');
  return {
    id: result.check,
    name: printable(result.slug),
    shortDescription: { text: messageText(result.title) },
    fullDescription: { text: messageText(`Sends: ${result.sends}. Demands: ${result.demands}.`) },
    ...(url === null ? {} : { helpUri: url }),
    help: {
      text: messageText(
        `${result.level}, severity ${result.severity}, ${cited}. Sends: ${result.sends}. Demands: ${result.demands}.`,
      ),
      markdown: braces(
        [
          `**${escapedMarkdown(result.title)}**`,
          '',
          `* ${result.level}, severity ${result.severity}, ${escapedMarkdown(cited)}`,
          `* Sends: ${codeSpan(result.sends)}`,
          `* Demands: ${codeSpan(result.demands)}`,
        ].join('\n'),
      ),
    },
    defaultConfiguration: { level: levelOf(result) },
    properties: {
      tags: [result.suite, result.level, 'mail'],
      precision: 'high',
      'security-severity': SECURITY_SEVERITY[result.severity],
    },
  };
}

/** How a deviation from a requirement counts under the profile. */
function levelOf({ gate }: GatedResult): 'error' | 'warning' | 'note' {
  return gate === 'fail' ? 'error' : gate === 'warn' ? 'warning' : 'note';
}

function resultOf(target: TargetRecord, result: GatedResult): object {
  const waived = waiverLine(result);
  const broken = result.variants
    .flatMap(({ violations, deviations }) => [...violations, ...deviations])
    .at(0);
  const told = [
    headline(result),
    ...(broken ? [`Expected: ${broken.expected}. Found: ${broken.actual}.`] : []),
    `Rerun: ${result.rerun}`,
  ];
  const cause = causeOf(target, result);
  const physicalLocation = {
    artifactLocation: { uri: uriOf(target.declaredAt.file) },
    region: { startLine: Math.max(1, target.declaredAt.line) },
  };
  const identity = [result.check, target.name, result.clauses[0] ?? ''].map(printable).join('\n');
  return {
    ruleId: result.check,
    kind: 'fail',
    level: result.verdict === 'warn' && result.consequence !== 'finding' ? 'warning' : levelOf(result),
    message: { text: messageText(told.join(' ')) },
    locations: [
      {
        physicalLocation,
        logicalLocations: [{ fullyQualifiedName: `${printable(target.name)}/${result.check}` }],
      },
    ],
    ...(cause
      ? { relatedLocations: [{ id: 1, physicalLocation, message: { text: messageText(likelyLine(cause)) } }] }
      : {}),
    // Neither the words of the server nor the line of the declaration may make a new finding of an old one.
    partialFingerprints: {
      primaryLocationLineHash: createHash('sha256').update(identity).digest('hex').slice(0, 32),
    },
    ...(waived === null
      ? {}
      : { suppressions: [{ kind: 'external', status: 'accepted', justification: printable(waived) }] }),
    properties: {
      verdict: result.verdict,
      consequence: result.consequence,
      severity: result.severity,
      ...(cause ? { cause: cause.faults.map(({ name }) => name) } : {}),
    },
  };
}

function invocation(record: RunRecord, successful: boolean, notifications: readonly object[]): object {
  return {
    executionSuccessful: successful,
    exitCode: record.exitCode,
    startTimeUtc: record.startedAt,
    endTimeUtc: record.finishedAt,
    toolExecutionNotifications: notifications,
  };
}

function notification({ about, name, why }: Obstacle): object {
  return { level: 'error', message: { text: messageText(`${about}, ${name}: ${why}`) } };
}

function obstacleOutcome({ name }: Obstacle): object {
  return { check: name, verdict: 'error', outcome: 'errored', waived: false };
}

/** A relative path stays relative to the checkout; code scanning shows no other. */
function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  const path = printable(file).replaceAll('\\', '/');
  return path.split('/').map(encodeURIComponent).join('/') || 'targets.yaml';
}

/** A message as SARIF writes it: brackets begin links and braces placeholders (SARIF 2.1.0 §3.11.5, §3.11.6). */
function messageText(text: string): string {
  return braces(printable(text).replace(/[[\]]/g, '\\$&'));
}

function braces(text: string): string {
  return text.replace(/[{}]/g, '$&$&');
}
