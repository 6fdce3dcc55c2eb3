import { createHash } from 'node:crypto';
import { causeOf, likelyText } from '../model/likely-cause.ts';
import { type Obstacle, obstacleOfTarget, obstaclesOfRun, outcomeOf } from '../model/outcome.ts';
import { printable } from '../model/printable.ts';
import type { GatedResult, RunRecord, TargetRecord } from '../model/record.ts';
import { standingOf } from '../model/standing.ts';
import type { Severity } from '../model/vocabulary.ts';
import { headline } from './explanation.ts';
import { type Place, placeOfRun, placeOfTarget } from './places.ts';

type CodeQualitySeverity = 'info' | 'minor' | 'major' | 'critical' | 'blocker';

/** GitLab has one word more than the severities at the upper end. */
const SEVERITY: Readonly<Record<Severity, CodeQualitySeverity>> = {
  critical: 'blocker',
  high: 'critical',
  medium: 'major',
  low: 'minor',
  info: 'info',
};

/**
 * The record as a Code Quality report of GitLab (a part of the Code Climate format): what deviated and is not
 * waived, what is open although it is demanded, and what kept a target or the run from coming to anything, each at
 * the declaration of its target. What does not count under the profile is `info`. GitLab knows an entry again by its
 * fingerprint, so nothing that a server said is part of it; an open check has another one than a finding, so
 * that a finding that becomes open is replaced by an entry that says so. `mailspec` is for readers of ours.
 */
export function writeGitlab(record: RunRecord): string {
  const entries = [
    ...record.targets.flatMap((target) => {
      const obstacle = obstacleOfTarget(target);
      const place = placeOfTarget(target);
      return [
        ...target.results.filter(isListed).map((result) => resultEntry(target, result, place)),
        ...(obstacle === null ? [] : [obstacleEntry(obstacle, place)]),
      ];
    }),
    ...obstaclesOfRun(record).map((obstacle) => obstacleEntry(obstacle, placeOfRun(record))),
  ];
  return `${JSON.stringify(entries, null, 2)}\n`;
}

function isListed(result: GatedResult): boolean {
  return ['finding', 'unsettled', 'advisory', 'advice'].includes(standingOf(result));
}

function resultEntry(target: TargetRecord, result: GatedResult, place: Place): object {
  const standing = standingOf(result);
  const cause = causeOf(target, result);
  const told = [
    `${result.check} on ${target.name}: ${result.title}. ${headline(result)}`,
    ...(cause === undefined ? [] : [`Looks like: ${likelyText(cause)}`]),
  ];
  return entry({
    description: told.join(' '),
    check: result.check,
    target: target.name,
    kind: standing === 'unsettled' ? 'open' : 'deviation',
    severity:
      standing === 'finding' ? SEVERITY[result.severity] : standing === 'unsettled' ? 'minor' : 'info',
    place,
    verdict: result.verdict,
    outcome: outcomeOf(result),
  });
}

function obstacleEntry({ about, name, why }: Obstacle, place: Place): object {
  return entry({
    description: `${about}, ${name}: ${why}`,
    check: name,
    target: about,
    kind: 'obstacle',
    severity: 'major',
    place,
    verdict: 'error',
    outcome: 'errored',
  });
}

function entry(about: {
  readonly description: string;
  readonly check: string;
  readonly target: string;
  readonly kind: string;
  readonly severity: CodeQualitySeverity;
  readonly place: Place;
  readonly verdict: string;
  readonly outcome: string;
}): object {
  const { check, severity, place, verdict, outcome } = about;
  const target = printable(about.target);
  const identity = [about.kind, check, target].join('\n');
  return {
    type: 'issue',
    check_name: check,
    description: printable(about.description),
    categories: ['Security'],
    severity,
    fingerprint: createHash('sha256').update(identity).digest('hex'),
    location: { path: place.file, lines: { begin: place.line } },
    mailspec: { target, verdict, outcome },
  };
}
