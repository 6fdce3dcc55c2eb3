import { OUTGOING_MAIL } from '../../harness/steps/make-target-send.ts';

/** What the checks of this suite have in common. */
export const OUTGOING = {
  ...OUTGOING_MAIL,
  needs: [...OUTGOING_MAIL.needs, 'own-delivery'],
  beyondOpenLab: 'trusted-lab',
  budget: '40s',
} as const;

/** Limit of what is told of messages that are held back. */
export const DELAY_LIMIT =
  'A delay is told from a bounce by the delivery that follows once the destination is in order, within the time for a delivery, or by the report to the sender. Where neither comes, what became of the message stays open.';
