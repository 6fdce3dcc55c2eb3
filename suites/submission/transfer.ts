import type { ArrivedMessage, Services, SmtpClient } from '../../harness/check/check.ts';
import { decisive, handOver, type Mail, type Transfer } from '../../harness/steps/hand-over.ts';
import { isTemporary } from '../../harness/steps/replies.ts';
import { openUser } from '../../harness/steps/smtp-login.ts';

/** Sends a message on a session of its own, as the first account, and again where it is refused for now. */
export function send(
  services: Services,
  mail: Mail,
  open: () => Promise<SmtpClient> = () => openUser(services),
): Promise<Transfer> {
  return services.patiently(async () => {
    const client = await open();
    const result = await handOver(client, mail);
    await client.quit();
    return result;
  });
}

/** What was taken, as it came to the receiving server; ends the check where it does not come. */
export async function deliveryOf(
  { lab, inconclusive }: Services,
  transfer: Transfer,
  recipient: string,
): Promise<ArrivedMessage> {
  const arrived = await lab().waitForMessage({ recipient, kind: 'delivery' });
  const reason = `The message was taken (${decisive(transfer)}) and did not arrive.`;
  return arrived ?? inconclusive('precondition', reason);
}

/** Ends the check where the mail is refused for now only, after all the patience that the target asks for. */
export function assertDecided({ inconclusive }: Services, transfer: Transfer): void {
  if (isTemporary(transfer))
    inconclusive('precondition', `The message is refused for now, again and again: ${decisive(transfer)}`);
}
