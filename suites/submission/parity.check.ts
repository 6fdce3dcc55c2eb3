import { check } from '../../harness/check/check.ts';
import { assertStranger } from '../../harness/steps/trusted-client.ts';
import { RULES, RULES_BETWEEN_USERS } from './port-rules.ts';

export const bothPortsHaveTheSameRules = check(
  {
    id: 'SUB-021',
    slug: 'both-ports-have-the-same-rules',
    title: '465 and 587 enforce the same rules',
    sends:
      'to both ports: mail without AUTH to a recipient elsewhere and to a local one, EHLO, logins with an empty password, with broken and foreign identities, and mail with the sender of another user',
    demands: '465 permits nothing that 587 refuses',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8314#3.3', 'rfc6409#4.3', 'rfc5068#3.1'],
    roles: ['submissions', 'submission'],
    per: 'target',
    needs: ['account', 'dns', 'sink', 'vantage'],
    withoutLab: 'decides',
    effect: 'fails-logins',
    safety: 'sends-mail',
    budget: '90s',
    limits: [
      'Two wrong passwords are tried on each port.',
      'Without a lab recipients are named and no message follows.',
    ],
    kills: [
      'submissions-relays-unauthenticated-mail',
      'submissions-takes-unauthenticated-mail',
      'submissions-offers-weak-mechanisms',
      'submissions-accepts-empty-password',
      'submissions-sends-as-other-user',
    ],
  },
  async (services) => {
    const { target, variant, notApplicable } = services;
    for (const role of ['submissions', 'submission'] as const) {
      if (!target.endpoints[role])
        notApplicable(
          `There is nothing to compare: the target declares no ${role} role.`,
          `declared: ${services.roles.join(', ')}`,
        );
    }
    // A difference may come from an address list, so a trusted vantage shows nothing here.
    assertStranger(services);
    const rules = target.accounts.length > 1 ? [...RULES, ...RULES_BETWEEN_USERS] : RULES;
    for (const { name, observe } of rules) {
      await variant(name, async (verify) => {
        const implicit = await observe(services.on('submissions'));
        const upgraded = await observe(services.on('submission'));
        const difference = {
          expected: `the same on both ports: 587 ${upgraded.line}`,
          actual: `465 ${implicit.line}`,
        };
        verify.that(implicit.permits <= upgraded.permits, {
          demand: `465 is not laxer than 587 about ${name}`,
          ...difference,
        });
        verify.ideally.that(implicit.permits >= upgraded.permits, {
          demand: `465 is not stricter than 587 about ${name}`,
          ...difference,
        });
      });
    }
  },
);
