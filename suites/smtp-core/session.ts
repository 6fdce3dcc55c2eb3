import { Inconclusive, type Services, type SmtpClient, type SmtpReply } from '../../harness/check/check.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { openUser } from '../../harness/steps/smtp-login.ts';

/** A session in which mail may be sent, and the reverse-path that it may be sent with. */
export interface Sender {
  readonly client: SmtpClient;
  /** Address without brackets. */
  readonly from: string;
}

/**
 * A session that may send mail: on mx as a stranger behind EHLO, on submission as the first account inside
 * TLS. EHLO announced its capabilities on this channel.
 */
export async function openSender(services: Services): Promise<Sender> {
  const { smtp, role } = services;
  if (role === 'mx') return { client: await smtp({ at: 'ready' }), from: await strangerOf(services) };
  const account = services.account();
  return { client: await openUser(services, { account }), from: account.address };
}

/** A sender elsewhere whose domain exists where there is a lab. */
export async function strangerOf({ lab, nonce, helloName }: Services): Promise<string> {
  try {
    return await lab().forgedSender(nonce);
  } catch (failure) {
    if (!(failure instanceof Inconclusive)) throw failure;
    return `probe@${helloName}`;
  }
}

/** A session with a sender and a recipient, taken both. */
export interface Begun extends Sender {
  readonly mail: SmtpReply;
  readonly rcpt: SmtpReply;
}

/**
 * Opens a session and a transaction for the first account of the target, patient with servers that turn a
 * first visit away; a refusal ends the check, for it says nothing about what comes behind it.
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
): Promise<Begun> {
  let begun: Begun | undefined;
  const refusal = await services.patiently(async () => {
    const sender = await open(services);
    const mail = await sender.client.command(`MAIL FROM:<${sender.from}>${mailParameters}`);
    const rcpt = isPositive(mail) ? await sender.client.command(`RCPT TO:<${recipient}>`) : mail;
    if (isPositive(rcpt)) begun = { ...sender, mail, rcpt };
    else sender.client.connection.close();
    return rcpt;
  });
  if (begun) return begun;
  return services.inconclusive(
    'precondition',
    `Mail for <${recipient}> is refused, so nothing behind that can be looked at: ${lineOf(refusal)}`,
  );
}

/**
 * The answer to DATA where no message may begin: a refusal. Where the server asks for a message all the
 * same, the connection is closed before there is one.
 */
export async function dataIsRefused(client: SmtpClient): Promise<{ refused: boolean; reply: SmtpReply }> {
  const reply = await client.command('DATA');
  if (reply.code === 354) client.connection.close();
  return { refused: reply.code >= 400, reply };
}
