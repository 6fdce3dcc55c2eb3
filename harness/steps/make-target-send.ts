import type { CheckDefinition, Services } from '../check/check.ts';
import { compose } from './compose.ts';
import { mailLeaves } from './controls/mail-leaves.ts';
import { handOver } from './hand-over.ts';
import { openUser, SENDING_ROLES } from './smtp-login.ts';

/** What the checks of mail that leaves the target have in common; those of the conversation itself build on less. */
export const OUTGOING_MAIL = {
  roles: SENDING_ROLES,
  per: 'target',
  needs: ['account', 'dns', 'sink'],
  effect: 'delivers',
  safety: 'sends-mail',
  buildsOn: [mailLeaves],
} as const satisfies Partial<CheckDefinition>;

/**
 * Makes the target send a message from the first account to each address, one transaction each, patient with
 * what is refused for now; costs one connection and as many messages.
 * @param body lines of the body; a neutral one that names the nonce where none is given
 * @throws Inconclusive where the target does not take them
 */
export async function makeTargetSend(
  services: Services,
  recipients: readonly string[],
  body?: string,
): Promise<void> {
  const { account, patiently, inconclusive, nonce } = services;
  const { address } = account();
  let client = await openUser(services);
  for (const recipient of recipients) {
    const content = compose(services, {
      from: address,
      to: recipient,
      token: nonce,
      id: crypto.randomUUID(),
      ...(body === undefined ? {} : { body: body.split('\n') }),
    });
    const { taken, reply } = await patiently(async () => {
      if (client.connection.ended) client = await openUser(services);
      const transfer = await handOver(client, { sender: address, recipient, content });
      if (!transfer.taken) await client.command('RSET');
      return transfer;
    });
    if (!taken)
      inconclusive('precondition', `The target does not take mail of its user for elsewhere: ${reply.text}`);
  }
  await client.quit();
}
