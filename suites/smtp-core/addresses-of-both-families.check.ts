import { check, type Role, type Services, Unreachable } from '../../harness/check/check.ts';
import { ipv6Answers, whyNoGreeting } from '../../harness/steps/controls/ipv6-answers.ts';

/** What a system says that has no way to an address of that kind: nothing was sent to the server. */
const NO_WAY = ['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'];

export const everyAddressAnswers = check(
  {
    id: 'SMTP-036',
    slug: 'addresses-of-both-families-answer',
    title: 'Where the name of the server has IPv4 and IPv6 addresses, every service answers at both',
    sends: 'a connection to each service over IPv4 and over IPv6, where its name has addresses of both kinds',
    demands: 'a greeting over both',
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
    const { roles, silent } = finding(ipv6Answers);
    const [first] = silent;
    if (roles.length === 0 && first) {
      const codes = silent.map(({ failure }) => codeOf(failure));
      if (codes.every((code) => NO_WAY.includes(code)))
        return notApplicable('This machine has no way to IPv6 addresses.', first.failure.message);
      if (codes.every((code) => code === 'ETIMEDOUT'))
        return inconclusive(
          'environment',
          `Nothing came from any service over IPv6, so either the server is not there or the network in between has no IPv6: ${first.failure.message}`,
        );
    }
    const unseen = await unansweredOverIpv4(services);
    for (const role of ipv6Roles) {
      const over6 = silent.find((one) => one.role === role);
      const over4 = unseen.get(role);
      if (over6 && over4) continue;
      verify.that(!over6 && !over4, {
        demand: `${role} answers over IPv4 and over IPv6`,
        expected: 'a greeting over both',
        actual: over6
          ? `over IPv6 none: ${over6.failure.message}`
          : over4
            ? `over IPv4 none: ${over4.message}`
            : 'a greeting over both',
      });
    }
    if (ipv6Roles.every((role) => unseen.has(role)) && roles.length === 0)
      inconclusive('unreachable', 'No service answers, over IPv4 or over IPv6.');
  },
);

/** Services that do not greet over IPv4 either, and why. */
async function unansweredOverIpv4(services: Services): Promise<ReadonlyMap<Role, Error>> {
  const failures = new Map<Role, Error>();
  for (const role of services.ipv6Roles) {
    const failure = await whyNoGreeting(services, role);
    if (failure) failures.set(role, failure);
  }
  return failures;
}

function codeOf(failure: Error): string {
  return failure instanceof Unreachable ? failure.code : failure.name;
}
