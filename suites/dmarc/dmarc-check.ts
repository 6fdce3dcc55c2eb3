import type { CheckDefinition } from '../../harness/check/check.ts';
import { ordinaryMailIsTaken } from '../../harness/steps/controls/ordinary-mail.ts';
import { RECEIVED_MAIL } from '../../harness/steps/offer.ts';

/** What the checks of received mail have in common. */
export const AUTHORED_MAIL = {
  ...RECEIVED_MAIL,
  buildsOn: [ordinaryMailIsTaken],
  beyondOpenLab: 'two-organisations',
} as const satisfies Partial<CheckDefinition>;
