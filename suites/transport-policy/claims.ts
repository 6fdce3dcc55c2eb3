import type { Services } from '../../harness/check/check.ts';

/** Ends the check where the target does not say that its resolver validates what the lab signs. */
export function requireValidatingResolver({ target, notApplicable }: Services): void {
  if (target.claims.outgoingPolicies?.dnssec) return;
  notApplicable(
    'The resolver of the target does not have the root of the lab as trust anchor.',
    'outgoing-policies.dnssec is not claimed',
  );
}

/** Ends the check where the target does not say that its outgoing mail obeys DANE. */
export function requireDane({ target, notApplicable }: Services): void {
  if (target.claims.outgoingPolicies?.dane) return;
  notApplicable('The target does not use DANE for outgoing mail.', 'outgoing-policies.dane is not claimed');
}

/** Ends the check where the target does not say that its outgoing mail obeys MTA-STS. */
export function requireMtaSts({ target, notApplicable }: Services): void {
  if (target.claims.outgoingPolicies?.mtaSts) return;
  notApplicable(
    'The target does not use MTA-STS for outgoing mail.',
    'outgoing-policies.mta-sts is not claimed',
  );
}
