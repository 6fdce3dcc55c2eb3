import type { CheckDefinition } from '../../harness/check/check.ts';
import { ordinaryMailIsTaken } from '../../harness/steps/controls/ordinary-mail.ts';
import { RECEIVED_MAIL } from '../../harness/steps/offer.ts';
import { spfIsEnforced, spfIsEvaluated } from './controls.ts';

/** What the checks of received mail have in common. */
export const SPF_CHECK = {
  ...RECEIVED_MAIL,
  budget: '30s',
  buildsOn: [ordinaryMailIsTaken],
  considers: [spfIsEvaluated, spfIsEnforced],
} as const satisfies Partial<CheckDefinition>;
