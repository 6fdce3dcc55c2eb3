import type { ClientOptions, Services, SmtpClient, SmtpReply } from '../check/check.ts';
import { isPositive } from './replies.ts';

/** Reverse-path and forward-path with their brackets. */
export interface Paths {
  readonly sender: string;
  readonly recipient: string;
}

/** MAIL and, where that is taken, RCPT: the reply that decided. */
export async function nameRecipient(client: SmtpClient, { sender, recipient }: Paths): Promise<SmtpReply> {
  const mail = await client.command(`MAIL FROM:${sender}`);
  return isPositive(mail) ? client.command(`RCPT TO:${recipient}`) : mail;
}

/**
 * The same on a connection of its own, which ends before any message; patient with what is refused for now.
 * @param options where and how far the client goes first; after EHLO where none are given
 */
export function recipientReply(
  { smtp, patiently }: Pick<Services, 'smtp' | 'patiently'>,
  paths: Paths,
  options: ClientOptions = { at: 'ready' },
): Promise<SmtpReply> {
  return patiently(async () => {
    const client = await smtp(options);
    const reply = await nameRecipient(client, paths);
    await client.quit();
    return reply;
  });
}
