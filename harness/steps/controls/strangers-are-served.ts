import { control } from '../../check/check.ts';
import { isPositive, lineOf } from '../replies.ts';
import { openStranger } from '../smtp-login.ts';

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
  async ({ smtp, target, lab, nonce, patiently, inconclusive }) => {
    const sender = await lab().forgedSender(nonce);
    const recipient = target.accounts[0]?.address ?? `postmaster@${target.domain}`;
    const reply = await patiently(async () => {
      const client = await openStranger({ smtp, target });
      const mail = await client.command(`MAIL FROM:<${sender}>`);
      const decided = isPositive(mail) ? await client.command(`RCPT TO:<${recipient}>`) : mail;
      await client.quit();
      return decided;
    });
    const line = `mail of <${sender}> for <${recipient}>: ${lineOf(reply)}`;
    if (isPositive(reply)) return { line };
    return inconclusive(
      'precondition',
      `Mail for a local mailbox is refused to strangers too, so a refusal says nothing about relaying: ${line}`,
    );
  },
);
