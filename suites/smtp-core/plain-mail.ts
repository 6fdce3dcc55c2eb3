import type { Services, SmtpReply, StoredMessage, Verify } from '../../harness/check/check.ts';
import { isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { type SentMessage, sendMessage } from './sent-message.ts';

/**
 * Makes sure that a refusal at the end of data is about what stood in the message: a plain message from the
 * same sender to the same recipient must be taken. Asks nothing where the message was taken.
 * @param end the reply to the end of data
 * @throws Inconclusive where the message is put off, or plain mail is not taken either
 */
export async function refusalIsAboutContent(services: Services, end: SmtpReply): Promise<void> {
  const { inconclusive, nonce } = services;
  if (isPositive(end)) return;
  if (isTemporary(end)) inconclusive('precondition', `The message is put off: ${lineOf(end)}`);
  services.note('the message is refused; is a plain one taken?');
  const { end: plain } = await sendMessage(services, { token: `${nonce}-plain` });
  if (!isPositive(plain))
    inconclusive(
      'precondition',
      `Plain mail is refused as well, so the refusal tells nothing about the message: ${lineOf(plain)}`,
    );
}

/**
 * Verifies that a message was taken, and finds it in the mailbox; undefined where it was refused.
 * @param what names the message in the demand, such as `a message in UTF-8`
 * @throws Inconclusive where plain mail is refused as well, and where what was taken is in no mailbox
 */
export async function takenMessage(
  services: Services,
  verify: Verify,
  { token, content, end }: SentMessage,
  what: string,
): Promise<StoredMessage | undefined> {
  await refusalIsAboutContent(services, end);
  if (!verify.reply(end, `${what} is taken`).codeClass(2)) return undefined;
  const stored = await services.inMailbox({ token, sent: content });
  return stored ?? services.inconclusive('precondition', 'The message was taken and is in no mailbox.');
}
