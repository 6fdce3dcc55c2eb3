import type { CheckDefinition } from '../check/define.ts';
import type { Offered, Offering } from '../check/mail.ts';
import type { Services } from '../check/services.ts';
import type { SmtpClient } from '../client/smtp.ts';
import type { SmtpReply } from '../client/smtp-reply.ts';
import { handOver } from './hand-over.ts';
import { lineOf } from './replies.ts';
import { openUser } from './smtp-login.ts';

/** What the checks of mail that a stranger brings to a mailbox have in common. */
export const RECEIVED_MAIL = {
  roles: ['mx'],
  needs: ['account', 'mailbox', 'dns'],
  effect: 'delivers',
  safety: 'sends-mail',
} as const satisfies Partial<CheckDefinition>;

/**
 * Hands over a message and tells the reply that decided. What is refused for now is tried again, as it is,
 * on the schedule of the target.
 * @throws Inconclusive where the user cannot log in; NotApplicable without the role
 */
export function offer(services: Services, offering: Offering): Promise<Offered> {
  return services.patiently(async () => {
    const client = await (offering.as
      ? openUser(services, {
          account: offering.as,
          ...(offering.vantage === undefined ? {} : { vantage: offering.vantage }),
        })
      : arrived(services, offering));
    try {
      return await transaction(services, client, offering);
    } finally {
      await client.quit();
    }
  });
}

function arrived({ smtp, target }: Services, { vantage }: Offering): Promise<SmtpClient> {
  const at = target.claims.mxRequiresTls ? 'tls' : 'greeting';
  return smtp({ role: 'mx', at, ...(vantage === undefined ? {} : { vantage }) });
}

/** EHLO where a stranger brings the message, and the transaction, on an open session. */
export async function transaction(
  { account }: Pick<Services, 'account'>,
  client: SmtpClient,
  { content, sender, recipient = account().address, parameters = '', hello, as }: Offering,
): Promise<Offered> {
  if (!as) {
    const greeted = await client.ehlo(hello);
    if (greeted.code !== 250) return offered('EHLO', greeted);
  }
  const { step, reply } = await handOver(client, { sender, recipient, parameters, content });
  return offered(step, reply);
}

/** What the reply that decided says about a message. */
export function offered(stage: Offered['stage'], reply: SmtpReply): Offered {
  const { code } = reply;
  const disposition = code >= 500 ? 'rejected' : code >= 400 ? 'deferred' : 'accepted';
  return { disposition, stage, code, reply, line: lineOf(reply) };
}
