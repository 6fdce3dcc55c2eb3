import type { Services } from '../../harness/check/check.ts';
import type { Fields } from './forms.ts';

/**
 * Hands out the values of the fields of forms, each with a token of its own: the nonce of the check and a
 * number. Publishes the domains that they are in.
 */
export function createFields({ lab, target, nonce }: Services): () => Promise<Fields> {
  const world = lab();
  const account = target.accounts[0]?.address ?? `postmaster@${target.domain}`;
  let count = 0;
  return async () => {
    count += 1;
    // Of two tokens none must be the beginning of the other.
    const token = `${nonce}-${String(count).padStart(3, '0')}`;
    const [recipient, stranger] = await Promise.all([
      world.externalRecipient(token),
      world.forgedSender(token),
    ]);
    const at = recipient.lastIndexOf('@');
    return {
      token,
      user: recipient.slice(0, at),
      external: recipient.slice(at + 1),
      domain: target.domain,
      host: target.hostname,
      target: world.addresses.target,
      sink: world.addresses.sink,
      account,
      mailbox: account.slice(0, account.lastIndexOf('@')),
      stranger,
    };
  };
}
