import type { Services } from '../../harness/check/check.ts';
import { compose, type NeutralMessage } from '../../harness/steps/compose.ts';

export type MessageParts = Pick<NeutralMessage, 'from' | 'to' | 'without' | 'body'> &
  Partial<Pick<NeutralMessage, 'token'>>;

/** A short message of neutral wording that carries the nonce of the check where no other token is given, with a Message-ID of its own. */
export function message(services: Services, parts: MessageParts): Buffer {
  return compose(services, { token: services.nonce, ...parts, id: crypto.randomUUID() });
}
