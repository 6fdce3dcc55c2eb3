import type { ArrivedMessage, Receiver, Services, SmtpReply } from '../../harness/check/check.ts';
import { type GivenTime, giveTime } from '../../harness/steps/given-time.ts';
import { nameRecipient } from '../../harness/steps/name-recipient.ts';
import { isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { message } from './message.ts';
import { openSender } from './session.ts';

/** What the submission said to a message: the first refusal, or the reply at its end. */
export interface Sent {
  readonly taken: boolean;
  readonly reply: SmtpReply;
}

/** Submits a message of the first account; `sender` stands in MAIL where it is not the account. */
export async function submit(
  services: Services,
  {
    recipient,
    token,
    sender,
  }: { readonly recipient: string; readonly token: string; readonly sender?: string },
): Promise<Sent> {
  const { client, from } = await openSender(services);
  const paths = { sender: `<${sender ?? from}>`, recipient: `<${recipient}>` };
  const rcpt = await nameRecipient(client, paths);
  const reply = isPositive(rcpt) ? await client.data(message(services, { token, from })) : rcpt;
  await client.quit();
  if (isTemporary(reply) && rcpt !== reply)
    services.inconclusive('precondition', `The message is refused for now: ${reply.text}`);
  return { taken: isPositive(reply), reply };
}

/** Ends the check where the submission refuses a message that it has to pass on. */
export function assertTaken({ inconclusive }: Services, { taken, reply }: Sent): void {
  if (!taken) inconclusive('precondition', `The submission refuses the message: ${lineOf(reply)}`);
}

/** Messages that reached a receiver for a recipient that holds the token, and were taken there. */
export async function arrivalsOf(receiver: Receiver, token: string): Promise<readonly ArrivedMessage[]> {
  const all = await receiver.messages();
  return all.filter(
    ({ recipients, code }) => recipients.some((one) => one.includes(token)) && code !== null && code < 300,
  );
}

/** As `arrivalsOf`, once there is one; none where none comes. */
export async function awaitArrival(
  services: Services,
  receivers: readonly Receiver[],
  token: string,
  given: GivenTime = giveTime(services, services.lab().outboundMs),
): Promise<{ readonly receiver: Receiver; readonly message: ArrivedMessage } | null> {
  for (;;) {
    for (const receiver of receivers) {
      const [message] = await arrivalsOf(receiver, token);
      if (message) return { receiver, message };
    }
    if (given.left() <= 0) return null;
    await services.pause(100);
  }
}

/** How often a recipient that holds the token was named to a receiver. */
export async function attemptsAt(receiver: Receiver, token: string): Promise<number> {
  const sessions = await receiver.sessions();
  return sessions
    .flatMap(({ commands }) => commands)
    .filter(({ verb, argument }) => verb === 'RCPT' && argument.includes(token)).length;
}
