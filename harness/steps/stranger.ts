import type { Services } from '../check/check.ts';
import { strangersAreServed } from './controls/strangers-are-served.ts';

/**
 * The reverse-path of a stranger, without brackets, whose mail for a local mailbox is taken. In a lab its domain
 * exists; without one it is what the control found to be taken, which is the null one where only that is. Who asks
 * names the control in `considers`.
 */
export async function strangerOf({
  hasLab,
  lab,
  nonce,
  objection,
  finding,
}: Pick<Services, 'hasLab' | 'lab' | 'nonce' | 'objection' | 'finding'>): Promise<string> {
  if (hasLab) return lab().forgedSender(nonce);
  const isKnown = objection(strangersAreServed) === undefined;
  return isKnown
    ? finding(strangersAreServed).sender.slice(1, -1)
    : `forged-${nonce}@forged-${nonce}.example`;
}

/** Whether a stranger without a lab may have a name in the envelope. */
export function mayStrangerBeNamed({
  hasLab,
  objection,
  finding,
}: Pick<Services, 'hasLab' | 'objection' | 'finding'>): boolean {
  return hasLab || objection(strangersAreServed) !== undefined || finding(strangersAreServed).sender !== '<>';
}
