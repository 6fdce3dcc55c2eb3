import type { CheckDefinition } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { effectWait } from './feature.ts';

/** What the checks of what a mailbox login opens have in common. */
export const LOGIN_CHECK = {
  clauses: ['rfc5068#3.2', 'rfc6409#3.3'],
  roles: ['pop3', 'pop3s'],
  per: 'target',
  needs: ['account', 'dns', 'sink', 'vantage'],
  effect: 'delivers',
  safety: 'sends-mail',
  budget: '60s',
  considers: [strangersAreServed],
  waits: effectWait,
  connections: 2,
} as const satisfies Partial<CheckDefinition>;
