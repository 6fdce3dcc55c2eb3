import type { CheckDefinition, Target } from '../../harness/check/check.ts';

/** What the checks of received mail have in common. */
export const SPF_CHECK = {
  roles: ['mx'],
  needs: ['account', 'mailbox', 'dns'],
  effect: 'delivers',
  safety: 'sends-mail',
  budget: '30s',
} as const satisfies Partial<CheckDefinition>;

/** Messages of the controls, which every check may have to send. */
const CONTROLS = 2;

/** Time for so many messages to come to the mailbox, one after the other. */
export function messages(count: number): (target: Target) => number {
  return ({ timing }) => (count + CONTROLS) * timing.outboundMs;
}
