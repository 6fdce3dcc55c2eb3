import type { Services } from '../../harness/check/check.ts';
import { compose, type NeutralMessage } from '../../harness/steps/compose.ts';

export type MessageParts = Pick<NeutralMessage, 'from' | 'to' | 'without' | 'body'>;

/** A short message of neutral wording that carries the nonce of the check, with a Message-ID of its own. */
export function message(services: Services, parts: MessageParts): Buffer {
  return compose(services, { ...parts, token: services.nonce, id: crypto.randomUUID() });
}
