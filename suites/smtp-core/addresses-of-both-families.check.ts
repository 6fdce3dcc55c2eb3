import { check, type Role, type Services, Unreachable } from '../../harness/check/check.ts';
import {
  answerOfService,
  answerOverIpv6,
  ipv6Answers,
  type ServiceAnswer,
  whyNoGreeting,
} from '../../harness/steps/controls/ipv6-answers.ts';

/** What a system says that has no way to an address of that kind: nothing was sent to the server. */
const NO_WAY = ['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EACCES', 'EPERM'];
/** What it says where no answer of the server, not even a refusal, came back. */
const NOTHING_CAME = ['ETIMEDOUT', 'EHOSTUNREACH'];

export const everyAddressAnswers = check(
  {
    id: 'SMTP-036',
    slug: 'addresses-of-both-families-answer',
    title: 'Where the name of the server has IPv4 and IPv6 addresses, every service answers at both',
    sends: 'a connection to each service over IPv4 and over IPv6, where its name has addresses of both kinds',
    demands: 'a greeting, or a refusal, over both',
    level: 'policy',
    severity: 'medium',
    clauses: ['rfc3974#4.1'],
    roles: ['mx', 'submission', 'submissions', 'pop3', 'pop3s', 'imap', 'imaps'],
    per: 'target',
    needs: [],
    considers: [ipv6Answers],
    effect: 'reads',
    safety: 'safe',
    budget: '30s',
    waits: ({ timing }) => timing.replyMs,
    limits: [
      'Of several addresses of one kind the first that the system finds is tried.',
      'In a lab it is about targets whose declaration gives their name an AAAA record.',
    ],
    kills: ['ipv6-address-unanswered'],
  },
  async (services) => {
    const { target, ipv6Roles, finding, verify, hasLab, records, notApplicable, inconclusive } = services;
    const named = hasLab ? (await records.lookup(target.hostname, 'AAAA')).records.length > 0 : true;
    if (!named || ipv6Roles.length === 0)
      return notApplicable('No name of the target has addresses of both kinds.', `roles: ${target.hostname}`);
    const found = finding(ipv6Answers);
    const { roles, refusing, silent, line } = found;
    if (roles.length === 0 && refusing.length === 0) {
      const [first] = silent;
      const codes = silent.map(({ failure }) => codeOf(failure));
      if (first && codes.every((code) => NO_WAY.includes(code)))
        return notApplicable('This machine has no way to IPv6 addresses.', first.failure.message);
      if (codes.every((code) => NO_WAY.includes(code) || NOTHING_CAME.includes(code)))
        return inconclusive(
          'environment',
          `Nothing came from any service over IPv6, so either the server is not there or the network in between has no IPv6: ${line}`,
        );
    }
    const answers = await answersOverIpv4(services);
    for (const role of ipv6Roles) {
      const over6 = answerOverIpv6(found, role);
      const over4 = answers.get(role);
      if (over6 === undefined || over4 === undefined) continue;
      if (over6 instanceof Error && over4 instanceof Error) continue;
      verify.that(over6 === 'answers' && over4 === 'answers', {
        demand: `${role} answers over IPv4 and over IPv6`,
        expected: 'an answer over both',
        actual:
          over6 instanceof Error
            ? `over IPv6 none: ${over6.message}`
            : over4 instanceof Error
              ? `over IPv4 none: ${over4.message}`
              : 'an answer over both',
      });
    }
    if (ipv6Roles.every((role) => answers.get(role) instanceof Error) && roles.length === 0)
      inconclusive('unreachable', 'No service answers, over IPv4 or over IPv6.');
  },
);

/** What each service says to a client over IPv4. */
async function answersOverIpv4(services: Services): Promise<ReadonlyMap<Role, ServiceAnswer>> {
  const answers = new Map<Role, ServiceAnswer>();
  for (const role of services.ipv6Roles)
    answers.set(role, answerOfService(await whyNoGreeting(services, role)));
  return answers;
}

function codeOf(failure: Error): string {
  return failure instanceof Unreachable ? failure.code : failure.name;
}
