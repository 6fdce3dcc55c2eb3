import type { Conclusion, Gate } from '../../../model/record.ts';
import type { Standing } from '../../../model/standing.ts';
import type { Cause, Level, OwnSuite, Role, Severity, Suite, Verdict } from '../../../model/vocabulary.ts';
import { some } from './some.ts';

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

const standings: Readonly<Record<Standing, string>> = {
  finding: 'findings',
  unsettled: 'unsettled',
  waived: 'waived',
  advisory: 'failed, not required',
  advice: 'advice',
  open: 'open, not required',
  passed: 'passed',
  notApplicable: 'not applicable',
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
const risks: Readonly<Record<OwnSuite, string>> = {
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

const legend = {
  colours: 'What follows',
  elsewhere: (outcome: string) => `Other reports: ${outcome}.`,
  others: 'As JUnit, TAP and CTRF count',
  obstacles: (count: number) =>
    `${some(count, 'obstacle that is no check is', 'obstacles that are no checks are')} among the errored.`,
};

/** What words of the record mean. */
export const VOCABULARY = {
  conclusions,
  verdicts,
  standings,
  severities,
  levels,
  gates,
  causes,
  roles,
  /** Nothing is known of what others test. */
  risk: (suite: string): string | null => (isOwn(suite) ? risks[suite] : null),
  legend,
  /** What a suite asks, and whose it is where somebody else wrote it. */
  topic: ({ topic, owner }: Suite): string => (owner === undefined ? topic : `${topic} (${owner})`),
};

function isOwn(suite: string): suite is OwnSuite {
  return suite in risks;
}
