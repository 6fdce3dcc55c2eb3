import type { Services, SmtpClient, SmtpReply } from '../../harness/check/check.ts';

/**
 * A client inside TLS that has sent EHLO. Where the port offers no way into TLS, which STLS-002 reports,
 * there is nothing inside it to look at.
 */
export async function submissionClient({
  smtp,
  role,
  inconclusive,
  notApplicable,
}: Services): Promise<SmtpClient> {
  const client = await smtp({ role, at: 'ready' });
  if (client.connection.tls) return client;
  if (!client.capabilities?.keywords.has('STARTTLS')) {
    notApplicable(
      `${role} offers no way into TLS.`,
      `EHLO lists ${[...(client.capabilities?.keywords.keys() ?? [])].join(' ')}`,
    );
  }
  const goAhead = await client.startTls();
  if (goAhead.code !== 220)
    inconclusive('precondition', `${role} offers STARTTLS and refuses it: ${goAhead.text}`);
  const hello = await client.ehlo();
  if (hello.code !== 250) inconclusive('precondition', `EHLO inside TLS is refused: ${hello.text}`);
  return client;
}

/** The message of SASL PLAIN (RFC 4616 §2), in base64. */
export function plain(
  { bytes }: Pick<Services, 'bytes'>,
  login: string,
  password: string,
  authorizeAs = '',
): string {
  return bytes.base64(`${authorizeAs}\0${login}\0${password}`);
}

/** Ends the check where authentication is temporarily out of order (RFC 4954 §6, 454). */
export function assertAuthWorks({ inconclusive }: Pick<Services, 'inconclusive'>, reply: SmtpReply): void {
  if (reply.code === 454 || reply.code === 421) {
    inconclusive('precondition', `Authentication is temporarily unavailable: ${reply.text}`);
  }
}
