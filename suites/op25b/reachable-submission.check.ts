import {
  check,
  ROLES,
  type Role,
  type Services,
  Unreachable,
  type Verify,
} from '../../harness/check/check.ts';
import { answerOverIpv6, ipv6Answers } from '../../harness/steps/controls/ipv6-answers.ts';

export const submissionIsReachableFromOutside = check(
  {
    id: 'OP25-006',
    slug: 'submission-is-reachable-from-outside',
    title:
      "The target's submission service is reachable from outside, on both address families, and port 25 is not needed by users",
    sends:
      'EHLO on 587 and 465 from a stranger’s address, and lookups of the records that mail programs follow',
    demands: 'submission answers on every published family, and no record directs users to port 25',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5068#3.1', 'rfc8314#3.3', 'rfc6409#3.1'],
    roles: ['submission', 'submissions'],
    per: 'target',
    needs: ['vantage', 'dns'],
    effect: 'reads',
    safety: 'safe',
    budget: '40s',
    connections: 2,
    considers: [ipv6Answers],
    limits: [
      'A published IPv6 address is tried where the lab has IPv6.',
      'Of the records that mail programs follow, SRV is read; autoconfig documents are not.',
    ],
    kills: [
      'submission-closed',
      'submissions-closed',
      'ipv6-address-unanswered',
      'client-records-name-port-25',
    ],
  },
  async (services) => {
    const { target, variant, notApplicable } = services;
    if (target.driver === 'network')
      notApplicable('The target is an access network, which has no users who submit.', 'driver network');
    if (target.claims.internalSubmission)
      notApplicable('Submission is for the own network only.', 'claims: internal-submission');
    await variant('ports', (verify) => judgePorts(services, verify));
    const { records: published } = await services.lab().dns.lookup(target.hostname, 'AAAA');
    if (published.length > 0 && services.ipv6Roles.length > 0)
      await variant('ports over IPv6', async (verify) => judgeIpv6Ports(services, verify));
    await variant('records', (verify) => judgeRecords(services, verify));
  },
);

async function judgePorts(services: Services, verify: Verify): Promise<void> {
  const { target, inconclusive } = services;
  const submission = await answers(services, 'submission');
  const submissions = await answers(services, 'submissions');
  if (!submission.open && !submissions.open && !(await somethingElseAnswers(services))) {
    inconclusive(
      'unreachable',
      `No role of the target answers this vantage, so the path may be at fault: ${submission.seen}`,
    );
  }
  if (target.endpoints.submission) {
    verify.that(submission.open, {
      demand: '587 answers a stranger',
      expected: '220, and 250 to EHLO',
      actual: submission.seen,
    });
  } else {
    verify.ideally.missed('submission is offered on 587 too', {
      expected: 'the roles submission and submissions',
      actual: 'submissions alone is declared',
    });
  }
  verify.ideally.that(submissions.open, {
    demand: '465 answers a stranger',
    expected: 'TLS, 220, and 250 to EHLO',
    actual: submissions.seen,
  });
}

/** Which of them answer over IPv6 has been looked at for all checks together. */
function judgeIpv6Ports({ target, ipv6Roles, finding }: Services, verify: Verify): void {
  const found = finding(ipv6Answers);
  for (const role of ['submission', 'submissions'] as const) {
    const answer = answerOverIpv6(found, role);
    if (!ipv6Roles.includes(role) || answer === undefined) continue;
    const strength = role === 'submission' ? verify : verify.ideally;
    strength.that(answer === 'answers', {
      demand: `${ROLES[role].port} answers a stranger at the IPv6 address of ${target.hostname}`,
      expected: 'an answer',
      actual: found.line,
    });
  }
}

/** Whether a role accepts a connection and greets; what else goes wrong there is judged elsewhere. */
async function answers(
  { smtp, target }: Services,
  role: 'submission' | 'submissions',
): Promise<{ readonly open: boolean; readonly seen: string }> {
  if (!target.endpoints[role]) return { open: false, seen: 'not declared' };
  try {
    const client = await smtp({ role, at: 'ready' });
    client.connection.close();
    return { open: true, seen: client.greeting.text };
  } catch (failure) {
    if (!(failure instanceof Unreachable)) throw failure;
    return { open: false, seen: failure.message };
  }
}

async function somethingElseAnswers({ connect, target }: Services): Promise<boolean> {
  const others = (Object.keys(target.endpoints) as Role[]).filter(
    (role) => role !== 'submission' && role !== 'submissions',
  );
  for (const role of others) {
    try {
      (await connect({ role })).close();
      return true;
    } catch (failure) {
      if (!(failure instanceof Unreachable)) throw failure;
    }
  }
  return false;
}

/** RFC 6186 §3.1, RFC 8314 §5.1. */
const SERVICES = ['_submission', '_submissions'] as const;

async function judgeRecords({ lab, target }: Services, verify: Verify): Promise<void> {
  const { dns } = lab();
  const found: string[] = [];
  const wrong: string[] = [];
  for (const service of SERVICES) {
    const { records } = await dns.lookup(`${service}._tcp.${target.domain}`, 'SRV');
    for (const { data } of records) {
      const port = typeof data === 'object' && data !== null && 'port' in data ? data.port : undefined;
      found.push(`${service} ${String(port)}`);
      if (port === ROLES.mx.port) wrong.push(`${service} names port ${ROLES.mx.port}`);
    }
  }
  verify.that(wrong.length === 0, {
    demand: 'no SRV record directs users to port 25',
    expected: '587, 465, or no record',
    actual: wrong.join(', ') || found.join(', ') || 'no record',
  });
}
