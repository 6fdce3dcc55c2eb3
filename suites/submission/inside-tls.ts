import type { ClientOptions, Services, SmtpClient, SmtpReply } from '../../harness/check/check.ts';
import { ehloLists } from '../../harness/steps/extensions.ts';

/** Mechanisms that are too weak to be listed. */
export const WEAK_MECHANISMS: readonly string[] = ['CRAM-MD5', 'DIGEST-MD5', 'NTLM'];

/**
 * A client inside TLS that has sent EHLO. Where the port offers no way into TLS, which STLS-002 reports,
 * there is nothing inside it to look at.
 */
export function submissionClient(
  { smtp, role }: Pick<Services, 'smtp' | 'role'>,
  from: Pick<ClientOptions, 'vantage'> = {},
): Promise<SmtpClient> {
  return smtp({ role, at: 'tls', ...from });
}

/** The same, on a port that offers AUTH inside TLS. */
export async function authClient(services: Services): Promise<SmtpClient> {
  const client = await submissionClient(services);
  if (!client.capabilities?.mechanisms.length)
    services.notApplicable('AUTH is not offered.', ehloLists(client));
  return client;
}

/** SASL mechanisms that the port lists inside TLS. Costs one connection. */
export async function offeredMechanisms(services: Services): Promise<readonly string[]> {
  const client = await submissionClient(services);
  client.connection.close();
  return client.capabilities?.mechanisms ?? [];
}

/** The message of SASL PLAIN (RFC 4616 §2), in base64. */
export function plain(
  { bytes }: Pick<Services, 'bytes'>,
  { login, password }: { readonly login: string; readonly password: string },
  authorizeAs = '',
): string {
  return bytes.base64(`${authorizeAs}\0${login}\0${password}`);
}

/**
 * AUTH PLAIN with the response, in base64, in the command.
 * @throws Inconclusive where authentication is temporarily out of order
 */
export async function authPlain(
  services: Pick<Services, 'inconclusive'>,
  client: SmtpClient,
  response: string,
): Promise<SmtpReply> {
  return assertAuthWorks(services, await client.command(`AUTH PLAIN ${response}`));
}

/** The reply, where authentication works; ends the check where it is temporarily out of order. */
export function assertAuthWorks(
  { inconclusive }: Pick<Services, 'inconclusive'>,
  reply: SmtpReply,
): SmtpReply {
  return isOutOfOrder(reply)
    ? inconclusive('precondition', `Authentication is temporarily unavailable: ${reply.text}`)
    : reply;
}

/** Authentication fails for now, whatever the credentials (RFC 4954 §6, 454), or the service ends (421). */
export function isOutOfOrder({ code }: SmtpReply): boolean {
  return code === 454 || code === 421;
}
