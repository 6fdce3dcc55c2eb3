import type { CheckDefinition } from '../../harness/check/check.ts';
import { spfIsEnforced, spfIsEvaluated } from './controls.ts';

/** What the checks of received mail have in common. */
export const SPF_CHECK = {
  roles: ['mx'],
  needs: ['account', 'mailbox', 'dns'],
  effect: 'delivers',
  safety: 'sends-mail',
  budget: '30s',
  considers: [spfIsEvaluated, spfIsEnforced],
} as const satisfies Partial<CheckDefinition>;
