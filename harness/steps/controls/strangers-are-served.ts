import { control, type Finding, type Services } from '../../check/check.ts';
import { recipientReply } from '../name-recipient.ts';
import { isPositive, lineOf } from '../replies.ts';
import { assertStranger } from '../trusted-client.ts';

/** From whom a stranger's mail is taken. */
export interface StrangersAreServed extends Finding {
  /** The sender that was taken, in its brackets. */
  readonly sender: string;
}

/**
 * A server that refuses everything says nothing about relaying by refusing. Costs one connection for each sender, and
 * goes no further than RCPT. Without a lab no domain can be made for the sender, and where one that does not exist is
 * refused, as many servers do, the null reverse-path is tried, which needs none (RFC 5321 §4.5.5).
 */
export const strangersAreServed = control(
  {
    id: 'strangers-are-served',
    title: "A stranger's mail for a local mailbox is taken",
    roles: ['mx'],
    needs: ['dns', 'sink'],
    withoutLab: 'decides',
    effect: 'reads',
    safety: 'sends-mail',
    budget: '20s',
    waits: ({ timing }) => 2 * timing.retryAfterMs.reduce((sum, ms) => sum + ms, 0),
  },
  async (services): Promise<StrangersAreServed> => {
    const { hasLab, lab, nonce, inconclusive } = services;
    const senders = hasLab
      ? [`<${await lab().forgedSender(nonce)}>`]
      : [`<forged-${nonce}@forged-${nonce}.example>`, '<>'];
    const { recipient, at } = localRecipient(services);
    const refusals: string[] = [];
    for (const sender of senders) {
      const reply = await recipientReply(services, { sender, recipient }, { role: 'mx', at });
      const line = `mail of ${sender} for ${recipient}: ${lineOf(reply)}`;
      if (isPositive(reply)) return { line, sender };
      refusals.push(line);
    }
    return inconclusive(
      'precondition',
      `Mail for a local mailbox is refused to strangers too, so a refusal says nothing about relaying: ${refusals.join('; ')}`,
    );
  },
);

/** A local mailbox, in its brackets, and how far a stranger goes before naming it. */
export function localRecipient({ target }: Pick<Services, 'target'>): {
  readonly recipient: string;
  readonly at: 'tls' | 'ready';
} {
  const recipient = `<${target.accounts[0]?.address ?? `postmaster@${target.domain}`}>`;
  return { recipient, at: target.claims.mxRequiresTls ? 'tls' : 'ready' };
}

/**
 * What a check for relaying begins with: the target trusts none of the vantages, and takes mail for its own users
 * from strangers. A target without the mx role has no strangers to serve.
 * @throws Inconclusive
 */
export function assertStrangersAreServed(
  services: Pick<Services, 'hasLab' | 'lab' | 'target' | 'finding'>,
): void {
  assertStranger(services);
  if (services.target.endpoints.mx) services.finding(strangersAreServed);
}
