import { check } from '../../harness/check/check.ts';
import { assertLookedUp } from '../../harness/steps/controls/ordinary-mail.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { allowing, attempt } from './attempt.ts';
import { spfIsEnforced } from './controls.ts';
import { SPF_CHECK } from './spf-check.ts';

export const spfIsEvaluated = check(
  {
    ...SPF_CHECK,
    id: 'SPF-001',
    slug: 'evaluated-and-recorded',
    title: 'SPF is evaluated for MAIL FROM, and the result is recorded or enforced',
    sends: 'a message from a domain whose policy permits the client',
    demands: 'the policy is asked for, and the result stands in the message or decides about it',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc7208#2.4', 'rfc7208#9'],
    waits: deliveries(1),
    upholds: ['inbound-authentication.spf'],
    kills: ['spf-not-evaluated', 'spf-not-recorded'],
  },
  async (services) => {
    const { target, verify, inconclusive, notApplicable, lab } = services;
    lab().assertUntrusted();
    if (target.claims.inboundAuthentication?.spf === 'none')
      return notApplicable(
        'The target is declared not to evaluate SPF.',
        'inbound-authentication: { spf: none }',
      );
    assertLookedUp(services, 'spf');
    const { asked, results, offered, stored } = await attempt(services, {
      label: 'evaluated',
      zone: allowing(services),
    });
    const isUnseen = !asked && results.length === 0;
    if (isUnseen && offered.disposition !== 'accepted')
      return inconclusive('precondition', `The message is not accepted: ${offered.line}`);
    if (isUnseen && !stored) return inconclusive('precondition', 'The accepted message is in no mailbox.');
    const isShown = results.length > 0;
    const seen = isShown ? 'a recorded result' : asked ? 'a TXT query' : null;
    const what = 'a TXT query for the domain, or a recorded result';
    if (!verify.found(seen, 'SPF is evaluated for MAIL FROM', { what, as: String })) return;
    const enforced = isShown || services.finding(spfIsEnforced).enforced;
    const declared = target.claims.inboundAuthentication?.spf === 'mark';
    if (declared)
      verify.that(isShown, {
        demand: 'the result is recorded, as declared',
        expected: 'Received-SPF or Authentication-Results',
        actual: isShown ? 'recorded' : 'no recorded result',
      });
    verify.ideally.that(enforced, {
      demand: 'the result is recorded or enforced',
      expected: 'Received-SPF or Authentication-Results, or a refusal of what a policy forbids',
      actual: isShown ? 'recorded' : enforced ? 'enforced' : 'the policy is asked for, and nothing follows',
    });
  },
);
