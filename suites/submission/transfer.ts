import type { Services, SmtpClient } from '../../harness/check/check.ts';
import { decisive, handOver, type Mail, type Transfer } from '../../harness/steps/hand-over.ts';
import { isTemporary } from '../../harness/steps/replies.ts';
import { openUser } from '../../harness/steps/smtp-login.ts';
import { readerGot, type UserMail } from '../../harness/steps/user-mail.ts';

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

/** What was taken, as its reader has it (`readerOf`); ends the check where it does not come. */
export async function deliveryOf(
  services: Services,
  transfer: Transfer,
  mail: { readonly recipient: string; readonly token: string; readonly content: Buffer },
): Promise<UserMail> {
  const reason = `The message was taken (${decisive(transfer)}) and did not arrive.`;
  return (await readerGot(services, mail)) ?? services.inconclusive('precondition', reason);
}

/** Ends the check where the mail is refused for now only, after all the patience that the target asks for. */
export function assertDecided({ inconclusive }: Services, transfer: Transfer): void {
  if (isTemporary(transfer))
    inconclusive('precondition', `The message is refused for now, again and again: ${decisive(transfer)}`);
}
