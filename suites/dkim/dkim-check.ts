import type { CheckDefinition } from '../../harness/check/check.ts';
import { ordinaryMailIsTaken } from '../../harness/steps/controls/ordinary-mail.ts';
import { OUTGOING_MAIL } from '../../harness/steps/make-target-send.ts';
import { RECEIVED_MAIL } from '../../harness/steps/offer.ts';
import { signaturesAreEvaluated } from './controls.ts';

/** What the checks of received mail have in common. */
export const SIGNED_MAIL = {
  ...RECEIVED_MAIL,
  budget: '30s',
  buildsOn: [ordinaryMailIsTaken],
  considers: [signaturesAreEvaluated],
} as const satisfies Partial<CheckDefinition>;

/** What the checks of mail that leaves have in common. */
export const SENT_MAIL = {
  ...OUTGOING_MAIL,
  roles: ['submission', 'submissions'],
  budget: '30s',
} as const satisfies Partial<CheckDefinition>;
