import type { ArrivedMessage, Receiver, Services, SmtpSession } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { astray } from '../../harness/steps/way-out.ts';

/** What the receiving server saw of the target. */
export interface Outgoing {
  readonly receiver: Receiver;
  /** Null when it did not come within the time. */
  readonly arrived: ArrivedMessage | null;
  readonly sessions: readonly SmtpSession[];
}

/**
 * Makes the target send to one receiving server and waits for the message, or for the end of the time. Inconclusive
 * where the target never came.
 */
export async function watchDelivery(
  services: Services,
  receiver: Receiver,
  body?: string,
): Promise<Outgoing> {
  await makeTargetSend(services, [`probe@${receiver.domain}`], body);
  const arrived = await receiver.waitForMessage();
  const sessions = await receiver.sessions();
  if (sessions.length === 0) await explainAbsence(services, receiver.domain);
  return { receiver, arrived, sessions };
}

/** Waits for the first connection to be over; all that sent STARTTLS. Inconclusive where none did. */
export async function sessionsWithUpgrade(
  services: Services,
  receiver: Receiver,
): Promise<readonly SmtpSession[]> {
  await receiver.waitForSession();
  const sessions = await receiver.sessions();
  if (sessions.length === 0) await explainAbsence(services, receiver.domain);
  const upgrading = sessions.filter(({ commands }) => commands.some(({ verb }) => verb === 'STARTTLS'));
  if (upgrading.length === 0)
    services.inconclusive('precondition', 'The target connected and never sent STARTTLS.');
  return upgrading;
}

/** Ends the check: the target took a message and never connected to the server it is for. */
export async function explainAbsence(services: Services, domain: string): Promise<never> {
  const { lab, inconclusive } = services;
  const lost = await astray(services, domain);
  return inconclusive(
    lost?.why ?? 'precondition',
    lost
      ? `The target took the message and ${lost.what}.`
      : `The target took the message, asked for ${domain}, and did not come within ${lab().outboundMs} ms.`,
  );
}
