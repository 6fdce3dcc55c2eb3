import type { SaslMechanism, SaslMessage } from './mechanism.ts';

/**
 * A mechanism whose messages are given: for altered, truncated or misplaced ones. When they are used
 * up, the exchange is cancelled.
 */
export function scriptedMechanism(
  name: string,
  messages: readonly (Buffer | SaslMessage)[],
  { clientFirst = true }: { readonly clientFirst?: boolean } = {},
): SaslMechanism {
  const left = messages.values();
  return {
    name,
    clientFirst,
    respond() {
      const next = left.next();
      if (next.done) return 'cancel';
      return Buffer.isBuffer(next.value) ? { bytes: next.value, secrets: [] } : next.value;
    },
  };
}
