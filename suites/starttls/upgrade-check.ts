import type { CheckDefinition } from '../../harness/check/check.ts';

/** What the checks have in common that look at an upgrade and leave nothing behind. */
export const UPGRADE_CHECK = {
  roles: ['mx', 'submission', 'pop3', 'imap'],
  needs: [],
  effect: 'reads',
  safety: 'safe',
  budget: '8s',
} as const satisfies Partial<CheckDefinition>;
