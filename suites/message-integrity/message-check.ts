import type { CheckDefinition } from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { deliveries } from '../../harness/steps/waits.ts';

/**
 * What the checks of one input have in common: it goes both ways, each with a message of control after it. Without a
 * lab a user sends it to himself in the place of a server elsewhere.
 */
export const BOTH_WAYS = {
  roles: ['mx', 'submission', 'submissions'],
  per: 'target',
  needs: ['account', 'mailbox-in-part', 'dns', 'sink'],
  effect: 'delivers',
  safety: 'sends-mail',
  withoutLab: 'decides-in-mailbox',
  considers: [mailLeaves, strangersAreServed],
  budget: '25s',
  waits: deliveries(4),
} as const satisfies Partial<CheckDefinition>;

/** The same for two inputs. */
export const TWO_INPUTS = { ...BOTH_WAYS, budget: '40s', waits: deliveries(8) } as const;
