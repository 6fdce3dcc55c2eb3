import type { Services } from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import type { Fields } from './forms.ts';

/** Documentation addresses, which are no route to anywhere (RFC 5737 §4). */
const NOWHERE = '192.0.2.25';

type FieldServices = Pick<Services, 'finding' | 'hasLab' | 'lab' | 'nonce' | 'objection' | 'target'>;

/** What addresses of attempts are made from. */
interface Source {
  readonly target: string;
  readonly sink: string;
  recipient(token: string): Promise<string>;
  stranger(token: string): Promise<string>;
}

/**
 * Hands out the values of the fields of forms, each with a token of its own: the nonce of the check and a
 * number. Publishes the domains that they are in; without a lab nobody does, and no mail can go there.
 */
export function createFields(services: FieldServices): () => Promise<Fields> {
  const { target, nonce } = services;
  const source = services.hasLab ? sourceInLab(services) : sourceWithout(services);
  const account = target.accounts[0]?.address ?? `postmaster@${target.domain}`;
  let count = 0;
  return async () => {
    count += 1;
    // Of two tokens none must be the beginning of the other.
    const token = `${nonce}-${String(count).padStart(3, '0')}`;
    const [recipient, stranger] = await Promise.all([source.recipient(token), source.stranger(token)]);
    const at = recipient.lastIndexOf('@');
    return {
      token,
      user: recipient.slice(0, at),
      external: recipient.slice(at + 1),
      domain: target.domain,
      host: target.hostname,
      target: source.target,
      sink: source.sink,
      account,
      mailbox: account.slice(0, account.lastIndexOf('@')),
      stranger,
    };
  };
}

function sourceInLab({ lab }: FieldServices): Source {
  const world = lab();
  return {
    target: world.addresses.target,
    sink: world.addresses.sink,
    recipient: world.externalRecipient,
    stranger: world.forgedSender,
  };
}

function sourceWithout({ target, nonce, objection, finding }: FieldServices): Source {
  const host = target.endpoints.mx?.host ?? target.hostname;
  const sender = objection(strangersAreServed) === undefined ? finding(strangersAreServed).sender : undefined;
  return {
    // A name in the place of an address is as unknown there as any other.
    target: host,
    sink: NOWHERE,
    recipient: async (token) => `ext-${token}@${withoutLab('sink', nonce)}`,
    // Who is taken as a sender only without a name is asked for nothing else.
    stranger: async (token) => (sender === '<>' ? '' : `forged-${token}@${withoutLab('forged', nonce)}`),
  };
}

/** A domain below a reserved top-level domain (RFC 2606 §2), where nobody can have one. */
export function withoutLab(label: string, nonce: string): string {
  return `${label}-${nonce}.example`;
}
