import { control, type Services } from '../../check/check.ts';
import { recipientReply } from '../name-recipient.ts';
import { isPositive, lineOf } from '../replies.ts';

/**
 * A server that refuses everything says nothing about relaying by refusing. Costs one connection, and goes no
 * further than RCPT.
 */
export const strangersAreServed = control(
  {
    id: 'strangers-are-served',
    title: "A stranger's mail for a local mailbox is taken",
    roles: ['mx'],
    needs: ['dns', 'sink'],
    effect: 'reads',
    safety: 'sends-mail',
    budget: '20s',
    waits: ({ timing }) => timing.retryAfterMs.reduce((sum, ms) => sum + ms, 0),
  },
  async (services) => {
    const { target, lab, nonce, inconclusive } = services;
    const sender = `<${await lab().forgedSender(nonce)}>`;
    const recipient = `<${target.accounts[0]?.address ?? `postmaster@${target.domain}`}>`;
    const at = target.claims.mxRequiresTls ? 'tls' : 'ready';
    const reply = await recipientReply(services, { sender, recipient }, { role: 'mx', at });
    const line = `mail of ${sender} for ${recipient}: ${lineOf(reply)}`;
    if (isPositive(reply)) return { line };
    return inconclusive(
      'precondition',
      `Mail for a local mailbox is refused to strangers too, so a refusal says nothing about relaying: ${line}`,
    );
  },
);

/**
 * What a check for relaying begins with: the target trusts none of the vantages, and takes mail for its own users
 * from strangers. A target without the mx role has no strangers to serve.
 * @throws Inconclusive
 */
export function assertStrangersAreServed({ lab, target, finding }: Services): void {
  lab().assertUntrusted();
  if (target.endpoints.mx) finding(strangersAreServed);
}
