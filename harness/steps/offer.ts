import type { Offered, Offering } from '../check/mail.ts';
import type { Services } from '../check/services.ts';
import type { SmtpClient } from '../client/smtp.ts';
import type { SmtpReply } from '../client/smtp-reply.ts';
import type { Account } from '../model/target.ts';

/**
 * Hands over a message and tells the reply that decided. What is refused for now is tried again, as it is,
 * on the schedule of the target.
 * @throws Inconclusive where the user cannot log in; NotApplicable without the role
 */
export function offer(services: Services, offering: Offering): Promise<Offered> {
  return services.patiently(async () => {
    const client = await (offering.as
      ? loggedIn(services, offering, offering.as)
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

async function loggedIn(
  { smtp, target, sasl, inconclusive, notApplicable }: Services,
  { vantage }: Offering,
  account: Account,
): Promise<SmtpClient> {
  const role = (['submission', 'submissions'] as const).find((one) => target.endpoints[one]);
  if (!role) return notApplicable('The target declares no submission role.', 'neither 587 nor 465');
  const client = await smtp({ role, at: 'tls', ...(vantage === undefined ? {} : { vantage }) });
  const mechanisms = client.capabilities?.mechanisms ?? [];
  const mechanism = mechanisms.includes('LOGIN') && !mechanisms.includes('PLAIN') ? sasl.login : sasl.plain;
  const { accepted, outcome } = await sasl.authenticateSmtp(client, mechanism(account));
  if (accepted) return client;
  const seen = outcome.kind === 'reply' ? outcome.reply.text : outcome.kind;
  return inconclusive('precondition', `The login of ${account.address} is refused: ${seen}`);
}

async function transaction(
  { account }: Services,
  client: SmtpClient,
  { content, sender, recipient = account().address, parameters = '', hello, as }: Offering,
): Promise<Offered> {
  if (!as) {
    const greeted = await client.ehlo(hello);
    if (greeted.code !== 250) return offered('EHLO', greeted);
  }
  const mail = await client.command(`MAIL FROM:<${sender}>${parameters === '' ? '' : ` ${parameters}`}`);
  if (mail.code !== 250) return offered('MAIL', mail);
  const rcpt = await client.command(`RCPT TO:<${recipient}>`);
  if (rcpt.code !== 250 && rcpt.code !== 251) return offered('RCPT', rcpt);
  const end = await client.data(content);
  // A refusal of DATA itself and one behind its end count alike; the transcript tells them apart.
  return offered('DATA', end);
}

function offered(stage: Offered['stage'], reply: SmtpReply): Offered {
  const { code, lines } = reply;
  const disposition = code >= 500 ? 'rejected' : code >= 400 ? 'deferred' : 'accepted';
  return { disposition, stage, code, reply, line: `${code} ${lines.join(' / ')}` };
}
