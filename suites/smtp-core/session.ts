import type { Services, SmtpClient, SmtpReply, Verify } from '../../harness/check/check.ts';
import { nameRecipient } from '../../harness/steps/name-recipient.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { openUser } from '../../harness/steps/smtp-login.ts';
import { strangerOf } from '../../harness/steps/stranger.ts';

/** A session in which mail may be sent, and the reverse-path that it may be sent with. */
export interface Sender {
  readonly client: SmtpClient;
  /** Address without brackets. */
  readonly from: string;
}

/**
 * A session that may send mail: on mx as a stranger after EHLO, on submission as the first account inside
 * TLS. EHLO announced its capabilities on this channel.
 */
export async function openSender(services: Services): Promise<Sender> {
  const { smtp, role } = services;
  if (role === 'mx') return { client: await smtp({ at: 'ready' }), from: await strangerOf(services) };
  const account = services.account();
  return { client: await openUser(services, { account }), from: account.address };
}

/** A session after EHLO in which nobody logged in; inside TLS where users hand mail in. */
export function openAnonymous({ smtp, role }: Services): Promise<SmtpClient> {
  return smtp(role === 'mx' ? { at: 'ready' } : { at: 'tls' });
}

/**
 * Opens a session and a transaction for the first account of the target, patient with servers that turn a
 * first visit away; a refusal ends the check, for it says nothing about what comes after it.
 */
export async function beginTransaction(
  services: Services,
  {
    recipient = services.account().address,
    open = openSender,
    mailParameters = '',
  }: {
    readonly recipient?: string;
    readonly open?: (services: Services) => Promise<Sender>;
    readonly mailParameters?: string;
  } = {},
): Promise<Sender> {
  let begun: Sender | undefined;
  const refusal = await services.patiently(async () => {
    const sender = await open(services);
    const rcpt = await nameRecipient(sender.client, {
      sender: `<${sender.from}>${mailParameters}`,
      recipient: `<${recipient}>`,
    });
    if (isPositive(rcpt)) begun = sender;
    else sender.client.connection.close();
    return rcpt;
  });
  if (begun) return begun;
  return services.inconclusive(
    'precondition',
    `Mail for <${recipient}> is refused, so nothing after that can be looked at: ${lineOf(refusal)}`,
  );
}

/** DATA up to its 354, after which octets of any kind may be sent; a refusal ends the check. */
export async function beginData(
  { inconclusive }: Pick<Services, 'inconclusive'>,
  client: SmtpClient,
): Promise<void> {
  const start = await client.command('DATA');
  if (start.code !== 354) inconclusive('precondition', `DATA is refused: ${lineOf(start)}`);
}

/**
 * DATA where no message may begin is refused; undefined where it is not. Where the server asks for a message all
 * the same, the connection is closed before there is one.
 */
export async function refusalOfData(
  verify: Verify,
  client: SmtpClient,
  demand: string,
): Promise<SmtpReply | undefined> {
  const reply = await client.command('DATA');
  if (reply.code === 354) client.connection.close();
  return verify.reply(reply, demand).codeClass(4, 5) ? reply : undefined;
}
