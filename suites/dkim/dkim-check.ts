import type { CheckDefinition } from '../../harness/check/check.ts';
import { OUTGOING_MAIL } from '../../harness/steps/make-target-send.ts';
import { signaturesAreEvaluated } from './controls.ts';

/** What the checks of received mail have in common. */
export const RECEIVED_MAIL = {
  roles: ['mx'],
  needs: ['account', 'mailbox', 'dns'],
  effect: 'delivers',
  safety: 'sends-mail',
  budget: '30s',
  considers: [signaturesAreEvaluated],
} as const satisfies Partial<CheckDefinition>;

/** What the checks of mail that leaves have in common. */
export const SENT_MAIL = {
  ...OUTGOING_MAIL,
  budget: '30s',
} as const satisfies Partial<CheckDefinition>;
