import type { Services } from '../check/services.ts';
import type { SmtpClient } from '../client/smtp.ts';
import type { SmtpReply } from '../client/smtp-reply.ts';
import type { Account } from '../targets/target.ts';

/** A message that is handed to the target, and how. */
export interface Offering {
  /** The whole message with CRLF line ends; dots are stuffed on the way. */
  readonly content: Buffer;
  /** Reverse-path; empty for the null one. */
  readonly sender: string;
  /** The first account where none is given. */
  readonly recipient?: string;
  /** Parameters of MAIL, such as `BODY=8BITMIME`. */
  readonly parameters?: string;
  /** Name given in EHLO; the one of the client where none is given. */
  readonly hello?: string;
  /** Name of the vantage; the first one where none is given. */
  readonly vantage?: string;
  /** Submitted by this user, inside TLS. Otherwise a stranger brings the message to mx. */
  readonly as?: Account;
}

/** How the target answered, at the first refusal or at the end of data. */
export interface Offered {
  readonly disposition: 'accepted' | 'deferred' | 'rejected';
  readonly stage: 'EHLO' | 'MAIL' | 'RCPT' | 'DATA';
  readonly code: number;
  readonly reply: SmtpReply;
  /** Code and lines of the reply, as sent. */
  readonly line: string;
}

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
