import type { Need } from '../check/define.ts';
import { Inconclusive, type NotApplicable } from '../model/outcomes.ts';
import type { Target } from '../model/target.ts';
import { hasMailbox, NO_MAILBOX } from '../steps/in-mailbox.ts';
import { behindSmarthost } from '../steps/own-delivery.ts';

/** What the declaration of the target lacks, so that a body would only find out after it has sent its mail. */
export function lackingFor(
  { needs = [] }: { readonly needs?: readonly Need[] },
  target: Target,
): Inconclusive | NotApplicable | undefined {
  const objection = needs.includes('own-delivery') ? behindSmarthost(target) : undefined;
  if (objection) return objection;
  return needs.includes('mailbox') && !hasMailbox(target)
    ? new Inconclusive('precondition', NO_MAILBOX)
    : undefined;
}
