import type { CheckDefinition } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';

const ROLES = ['mx', 'submission', 'submissions'] as const;

/** What the checks that go no further than a dialogue have in common. */
export const DIALOGUE = {
  roles: ROLES,
  needs: ['account'],
  considers: [strangersAreServed],
  effect: 'reads',
  safety: 'safe',
} as const satisfies Partial<CheckDefinition>;

/** What the checks that hand messages over have in common. */
export const MESSAGES = {
  roles: ROLES,
  needs: ['account'],
  considers: [strangersAreServed],
  effect: 'delivers',
  safety: 'sends-mail',
} as const satisfies Partial<CheckDefinition>;

/** As `MESSAGES`, where the mailbox is read at the same time; what is refused is decided without. */
export const MAILBOX = {
  ...MESSAGES,
  needs: ['account', 'mailbox-in-part'],
  connections: 2,
} as const satisfies Partial<CheckDefinition>;
