import type { ClauseState } from '../../../model/clause-state.ts';
import { some } from './some.ts';

const clauseStates: Readonly<Record<ClauseState, string>> = {
  met: 'met',
  'not-met': 'not met',
  undecided: 'not decided',
  'not-applicable': 'does not apply',
  undecidable: 'not decidable from outside',
};

/** What is said about single results, controls and clauses, and about their times. */
export const RESULTS = {
  search: {
    words: 'Words',
    suite: 'Suite',
    severity: 'Severity',
    verdict: 'Verdict',
    reset: 'Show all',
    found: (count: string, all: string) => `${count} of ${all} results`,
  },
  likely: {
    looksLike: 'Looks like',
    or: 'Or',
    explains: (count: number) => `It explains ${some(count, 'finding', 'findings')}`,
    doesNotFit: 'It does not fit that these passed',
    open: (count: number) => `${some(count, 'check is', 'checks are')} open`,
    which: 'Which ones',
    neverAnswered: 'The target never answered.',
    silentSince: (check: string, moment: string) => `No answer since ${check}, ${moment}.`,
  },
  controlStates: { found: 'found', 'broke-off': 'broke off', 'not-applicable': 'not applicable' },
  obstacles: {
    interrupted: 'The run ended before its time: ',
    noTarget: 'The run had no target.',
    nothingSettled: 'No check of this target ended in a pass, a warning or a failure.',
    usage: 'The run ended with exit code 3: usage or configuration is wrong.',
    internal: 'The run ended with exit code 5: mailspec itself failed.',
  },
  timeline: {
    summary: (queued: string, worked: string, waited: string) =>
      `All checks together were queued for ${queued}, worked for ${worked} and waited for ${waited}.`,
    critical: 'What made the run as long as it was',
    chart: 'Chart',
    shorter: (count: number) => some(count, 'shorter bar', 'shorter bars'),
    chartOf: (target: string, bars: number) =>
      `Chart of ${some(bars, 'bar', 'bars')} over the time of the run on ${target}; the table below has the same times.`,
    table: 'Times',
    began: 'Began after',
    queued: 'Queued',
    worked: 'Worked',
    waited: 'Waited',
    queuedFor: 'Queued for',
  },
  clauses: {
    clause: 'Clause',
    requirements: 'Requirements',
    states: clauseStates,
    counts: (target: string, counts: Readonly<Record<ClauseState, number>>) =>
      `${target}: ${(Object.keys(clauseStates) as ClauseState[])
        .filter((state) => counts[state] > 0)
        .map((state) => `${counts[state]} ${clauseStates[state]}`)
        .join(', ')}`,
    passed: (count: number) => `${count} pass`,
    absent: (count: number) => `${count} not applicable`,
    left: (count: number) => `${count} not selected`,
    notSelected: 'not selected',
  },
  result: {
    mend: 'How to mend it',
    settings: 'Settings',
    otherServers: (names: string) => `Settings of ${names}`,
    meaning: 'What it means',
    requirement: 'Requirement',
    decides: 'Clauses',
    sent: 'Sent',
    demanded: 'Demanded',
    expected: 'Expected',
    actual: 'Actual',
    notMet: 'Not met',
    violation: 'violation',
    deviation: 'deviation',
    more: (count: number) => `${count} more`,
    transcript: 'Transcript',
    moreLines: (count: number) => some(count, 'more line', 'more lines'),
    again: (lines: number, times: number) =>
      lines === 1 ? `The line above came ${times} times.` : `The ${lines} lines above came ${times} times.`,
    omitted: (count: number) => `${some(count, 'line', 'lines')} left out here`,
    omittedEvidence: (count: number) => `${some(count, 'more line', 'more lines')} in the evidence`,
    variant: 'Run',
    verdict: 'Verdict',
    reason: 'Reason',
    evidence: 'Evidence',
    evidenceFacts: (events: number, bytes: number, redactions: number) =>
      `${some(events, 'event', 'events')}, ${some(bytes, 'octet', 'octets')}${
        redactions === 0 ? '' : `, ${some(redactions, 'secret', 'secrets')} redacted`
      }`,
    afterwards: 'Afterwards',
    alive: 'The server answered.',
    dead: 'The server no longer answered.',
    buildsOn: 'Builds on',
    builders: 'Checks that build on it',
    writtenIn: 'Control',
    limits: 'Limits',
    source: 'Check',
    rerun: 'Rerun',
    waived: 'Waived',
    waiver: (until: string, by: string) => `until ${until} by ${by}:`,
    clear: 'clear',
    tls: 'TLS',
    verified: (count: number) => some(count, 'verification', 'verifications'),
  },
};
