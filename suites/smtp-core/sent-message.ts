import type { Services, SmtpReply } from '../../harness/check/check.ts';
import { type MessageParts, message } from './message.ts';
import { beginTransaction } from './session.ts';

/** A message that was sent by DATA in a session of its own, and the reply to its end. */
export interface SentMessage {
  readonly token: string;
  readonly content: Buffer;
  readonly end: SmtpReply;
}

/** Sends a message to the first account; its author is whom the session may send for. */
export async function sendMessage(
  services: Services,
  parts: Omit<MessageParts, 'from'>,
  { mailParameters = '' }: { readonly mailParameters?: string } = {},
): Promise<SentMessage> {
  const { client, from } = await beginTransaction(services, { mailParameters });
  const content = message(services, { ...parts, from });
  const end = await client.data(content);
  await client.quit();
  return { token: parts.token, content, end };
}
