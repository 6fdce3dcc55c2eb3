import type { CheckDefinition } from '../../harness/check/check.ts';

/** What the checks of received mail have in common. */
export const RECEIVED_MAIL = {
  roles: ['mx'],
  needs: ['account', 'mailbox', 'dns'],
  effect: 'delivers',
  safety: 'sends-mail',
} as const satisfies Partial<CheckDefinition>;
