import { SENDING_ROLES } from '../../harness/steps/smtp-login.ts';

/** What all checks of outgoing mail have in common. */
export const OUTGOING = {
  roles: SENDING_ROLES,
  per: 'target',
  needs: ['account', 'dns', 'sink'],
  effect: 'delivers',
  safety: 'sends-mail',
  budget: '40s',
} as const;

/** Limit of what is told of messages that are held back. */
export const DELAY_LIMIT =
  'A delay is told from a bounce by the delivery that follows once the destination is in order, within the time for a delivery, or by the report to the sender. Where neither comes, what became of the message stays open.';
