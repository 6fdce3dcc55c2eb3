import type { CheckDefinition } from '../../harness/check/check.ts';

const ROLES = ['submission', 'submissions'] as const;

/** What the checks of a dialogue have in common. */
export const DIALOGUE = {
  roles: ROLES,
  needs: [],
  effect: 'reads',
  safety: 'safe',
} as const satisfies Partial<CheckDefinition>;

/** As `DIALOGUE`, with logins that are meant to fail. */
export const FAILED_LOGINS = {
  ...DIALOGUE,
  effect: 'fails-logins',
} as const satisfies Partial<CheckDefinition>;

/** What the checks of mail that a user sends to somebody elsewhere have in common. */
export const USER_MAIL = {
  roles: ROLES,
  needs: ['account', 'dns', 'sink'],
  effect: 'delivers',
  safety: 'sends-mail',
} as const satisfies Partial<CheckDefinition>;
