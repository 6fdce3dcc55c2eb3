import type { ClauseState } from '../../model/clause-state.ts';
import type { Language } from '../../model/language.ts';
import type { Conclusion, Gate } from '../../model/record.ts';
import {
  type Cause,
  type Level,
  type Role,
  type Severity,
  SUITES,
  type SuiteSlug,
  type Verdict,
} from '../../model/vocabulary.ts';
import type { Tone } from './tone.ts';

const conclusions: Readonly<Record<Conclusion, string>> = {
  conformant: 'Conformant',
  'non-conformant': 'Non-conformant',
  undetermined: 'Undetermined',
};

const verdicts: Readonly<Record<Verdict, { readonly name: string; readonly meaning: string }>> = {
  pass: { name: 'pass', meaning: 'The server was observed to do what is demanded.' },
  warn: { name: 'warn', meaning: 'The server does what it must, and not what it should.' },
  fail: { name: 'fail', meaning: 'The server was observed to break the requirement.' },
  inconclusive: { name: 'inconclusive', meaning: 'What was observed does not allow a verdict.' },
  error: { name: 'error', meaning: 'The audit itself failed here; this says nothing about the server.' },
  'not-run': { name: 'not run', meaning: 'The check was selected, and no result arrived.' },
  'not-applicable': {
    name: 'not applicable',
    meaning: 'What the requirement is about was observed to be absent.',
  },
};

const tones: Readonly<Record<Tone, string>> = {
  finding: 'findings',
  unsettled: 'unsettled',
  waived: 'waived',
  advice: 'advice',
  passed: 'passed',
  quiet: 'not applicable or not required',
};

const severities: Readonly<Record<Severity, { readonly name: string; readonly meaning: string }>> = {
  critical: { name: 'critical', meaning: 'Anybody who reaches the server can abuse it at once.' },
  high: { name: 'high', meaning: 'Protection that users rely on is lost as soon as somebody attacks.' },
  medium: { name: 'medium', meaning: 'Protection or interoperability is weakened.' },
  low: { name: 'low', meaning: 'Correct mail is handled worse than it could be.' },
  info: { name: 'info', meaning: 'Worth knowing; nothing is lost.' },
};

const levels: Readonly<Record<Level, string>> = {
  MUST: 'The cited text obliges the server.',
  SHOULD: 'The cited text allows exceptions for good reasons only.',
  MAY: 'The cited text leaves it to the server.',
  policy: 'Current practice; no RFC obliges the server.',
};

const gates: Readonly<Record<Gate, string>> = {
  fail: 'the profile requires it',
  warn: 'the profile recommends it',
  info: 'the profile only lists it',
};

const causes: Readonly<Record<Cause, string>> = {
  harness: 'The audit tool broke.',
  environment: 'The surroundings of the audit broke.',
  unreachable: 'The server could not be reached.',
  crashed: 'The server stopped answering.',
  closed: 'The server ended the connection.',
  malformed: 'The server answered something that cannot be read.',
  precondition: 'What the check builds on did not work.',
  timeout: 'The time for the check was over.',
  vacuous: 'The check ended without having verified anything.',
};

const roles: Readonly<Record<Role, string>> = {
  mx: 'receives mail from other servers',
  submission: 'takes mail from users, upgrading to TLS',
  submissions: 'takes mail from users, in TLS from the start',
  pop3: 'hands out mail, upgrading to TLS',
  pop3s: 'hands out mail, in TLS from the start',
  imap: 'gives access to mail, upgrading to TLS',
  imaps: 'gives access to mail, in TLS from the start',
};

/** What somebody loses where a requirement of the suite is broken. */
const risks: Readonly<Record<SuiteSlug, string>> = {
  'plaintext-auth': 'Whoever listens on the way can read passwords, and then mail.',
  starttls: 'Whoever stands on the way can keep mail unencrypted, or put words into the mouth of a client.',
  'implicit-tls': 'Clients cannot be sure to talk to this server alone, or cannot talk to it safely at all.',
  submission: 'Users cannot send safely, or somebody else can send in their name.',
  'open-relay':
    'Strangers can send their mail through this server, which will be blocked for it, or the guard against them turns honest mail away.',
  'pop-before-smtp': 'Whoever has the address of a user can send as a user.',
  spf: 'Forged senders get through, or honest ones do not.',
  dkim: 'Forged or changed messages pass as genuine, or genuine ones do not.',
  dmarc: 'Mail in a forged name reaches people who trust that name.',
  'transport-policy': 'Mail that was promised protection can be read or diverted on its way.',
  'smtp-core': 'Mail is lost, taken apart or forged, or other servers misunderstand this one.',
  'pop3-core': 'Mail in mailboxes is lost, shown twice or shown to others.',
  'imap-core': 'Mail in mailboxes is lost, out of step between devices, or shown to others.',
  'message-integrity': 'What arrives is not what was sent.',
  dnsbl: 'Unwanted mail gets in, or wanted mail is turned away.',
  op25b: 'Infected machines can send spam from this network, or its users cannot send safely.',
};

const clauseStates: Readonly<Record<ClauseState, string>> = {
  met: 'met',
  'not-met': 'not met',
  undecided: 'not decided',
  'not-applicable': 'does not apply',
  undecidable: 'not decidable from outside',
};

function some(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

export const ENGLISH = {
  language: 'en' as Language,
  moment: (iso: string) => iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'),
  span: (ms: number) => {
    if (ms < 1000) return `${Math.round(ms)} ms`;
    if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
    return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
  },
  /** A statement on its own, ended. */
  sentence: (statement: string) => `${statement}.`,
  /** Between two sentences. */
  space: ' ',
  colon: ': ',
  comma: ', ',
  stop: '. ',
  /** Said where the texts of checks stay in another language than the page. */
  untranslated: '',
  report: 'Mail server audit',
  skip: 'Skip to the report',
  contents: 'Contents',
  conclusions,
  verdicts,
  tones,
  severities,
  levels,
  gates,
  causes,
  roles,
  risks,
  topic: (suite: SuiteSlug): string => SUITES.find(({ slug }) => slug === suite)?.topic ?? suite,
  sections: {
    run: 'The run',
    timeline: 'Where the time went',
    controls: 'Controls',
    targets: 'The targets',
    overview: 'Overview',
    clauses: 'Clause by clause',
    matrix: 'Every check',
    finding: 'Findings',
    unsettled: 'Unsettled',
    waived: 'Waived',
    advice: 'Advice',
    open: 'Open, and not required',
    passed: 'Passed',
    notApplicable: 'Not applicable',
    notSelected: 'Not selected',
    legend: 'Legend',
  },
  explain: {
    finding: 'Violations that the profile counts. Each one alone makes its target non-conformant.',
    unsettled:
      'No verdict where one is required. Until these are settled, nobody can say that the target is safe.',
    waived:
      'Expected deviations: somebody decided to live with them for some time. They do not fail the run; verdict and conclusion stay what they are.',
    clauses:
      'A clause is met where every requirement that decides it passes or does not apply, and at least one passes.',
    timeline:
      'When each check ran. It is queued while others hold what it needs, it works while it talks to the server, and it waits on purpose for mail to arrive or time to pass. Several run at the same time.',
    controls:
      'What must be known before checks can tell anything. Each ran once, for all the checks that build on it.',
    advice: 'Deviations that do not change the conclusion.',
    open: 'No verdict, where the profile does not require one.',
    passed: 'What was observed to be as demanded.',
    notApplicable: 'What does not concern the target, each with the absence that was observed.',
    notSelected:
      'Left out by the profile or by whoever started the run. The conclusion says nothing about them.',
    legend: 'The shape of a mark is the verdict, its colour what follows from it under the profile.',
  },
  controlStates: { found: 'found', 'broke-off': 'broke off', 'not-applicable': 'not applicable' },
  obstacles: {
    interrupted: (why: string) => `The run ended before its time: ${why}`,
    noTarget: 'The run had no target.',
    nothingSettled: 'No check of this target ended in a pass, a warning or a failure.',
    usage: 'The run ended with exit code 3: usage or configuration is wrong.',
    internal: 'The run ended with exit code 5: mailspec itself failed.',
  },
  runWhy: {
    conformant: (targets: number) =>
      targets === 1
        ? 'The target meets every requirement of the profile that could be judged.'
        : `All ${targets} targets meet every requirement of the profile that could be judged.`,
    'non-conformant': (broken: number, targets: number) =>
      targets === 1
        ? 'The target breaks requirements of the profile.'
        : `${broken} of ${targets} targets ${broken === 1 ? 'breaks' : 'break'} requirements of the profile.`,
    undetermined: (open: number, targets: number) =>
      targets === 1
        ? 'It could not be settled whether the target meets the profile.'
        : `For ${open} of ${targets} targets it could not be settled whether they meet the profile.`,
  } as const,
  targetWhy: {
    passed: (count: number) => `${some(count, 'requirement is', 'requirements are')} met.`,
    findings: (count: number, critical: number, first: string) =>
      `${some(count, 'requirement is', 'requirements are')} violated${
        critical === 0 ? '' : count === 1 ? ', a critical one' : `, ${critical} of them critical`
      }${count === 1 ? '' : ', the gravest'}: ${first}`,
    unsettled: (count: number, first: string) =>
      `${some(count, 'required check', 'required checks')} came to no verdict${count === 1 ? '' : ', the first'}: ${first}`,
    waived: (count: number) => `${some(count, 'deviation is', 'deviations are')} waived.`,
    failure: (why: string) => `It could not be audited: ${why}`,
  },
  notSelectedNote: (count: number) => `${some(count, 'check was', 'checks were')} not selected.`,
  facts: {
    run: 'Run',
    started: 'Started',
    took: 'Took',
    profile: 'Profile',
    strict: 'strict: warnings count',
    notVerified: 'The mapping of this profile to its document is not verified.',
    tool: 'Tool',
    runtime: 'Runtime',
    machine: 'Machine',
    ci: 'CI',
    engine: 'Container engine',
    only: 'Only',
    without: 'Without',
    exit: 'Exit code',
    interrupted: 'Interrupted',
    driver: 'Driver',
    domain: 'Domain',
    hostname: 'Host name',
    greeting: 'Greeting',
    beforeTls: 'Announced before TLS',
    insideTls: 'Announced inside TLS',
    noAnswer: 'No answer',
    announced: 'What it announces',
  },
  timeline: {
    summary: (queued: string, worked: string, waited: string) =>
      `All checks together were queued for ${queued}, worked for ${worked} and waited for ${waited}.`,
    critical: 'What made the run as long as it was',
    chart: 'Chart',
    chartOf: (target: string, bars: number) =>
      `Chart of ${some(bars, 'bar', 'bars')} over the time of the run on ${target}; the table below has the same times.`,
    table: 'Times',
    began: 'Began after',
    queued: 'Queued',
    worked: 'Worked',
    waited: 'Waited',
    queuedFor: 'Queued for',
  },
  overview: { bySuite: 'By suite', bySeverity: 'By severity', suite: 'Suite', severity: 'Severity' },
  matrix: {
    show: 'Show',
    all: 'all',
    check: 'Check',
    notSelected: 'not selected',
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
  footer: (version: string) =>
    `Written by mailspec ${version} from results.json, which holds everything that is shown here.`,
};
