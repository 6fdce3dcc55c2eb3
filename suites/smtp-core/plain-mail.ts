import type { Services, SmtpReply } from '../../harness/check/check.ts';
import { isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { message } from './message.ts';
import { beginTransaction } from './session.ts';

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
  const { client, from } = await beginTransaction(services);
  const plain = await client.data(message(services, { token: `${nonce}-plain`, from }));
  await client.quit();
  if (!isPositive(plain))
    inconclusive(
      'precondition',
      `Plain mail is refused as well, so the refusal tells nothing about the message: ${lineOf(plain)}`,
    );
}
