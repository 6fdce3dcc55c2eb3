import type { Account, Services, SmtpClient, SmtpReply } from '../../harness/check/check.ts';
import { assertAuthWorks, plain, submissionClient } from './inside-tls.ts';

/** A message and its envelope. */
export interface Mail {
  readonly sender: string;
  readonly recipient: string;
  readonly content: Buffer;
}

/** How far a message came: the first refusal decides, for a server may raise its objections late. */
export interface Transfer {
  readonly code: number;
  readonly taken: boolean;
  /** The step that was refused, or the last one. */
  readonly step: 'MAIL' | 'RCPT' | 'DATA';
  readonly reply: SmtpReply;
}

/** A client inside TLS, logged in. */
export async function loggedInClient(services: Services, account: Account): Promise<SmtpClient> {
  const { sasl, inconclusive } = services;
  const client = await submissionClient(services);
  const mechanisms = client.capabilities?.mechanisms ?? [];
  if (mechanisms.includes('PLAIN') || !mechanisms.includes('LOGIN')) {
    const reply = await client.command(`AUTH PLAIN ${plain(services, account.login, account.password)}`);
    assertAuthWorks(services, reply);
    if (reply.code !== 235)
      inconclusive('precondition', `The login that this check builds on failed: ${reply.text}`);
    return client;
  }
  const { accepted, outcome } = await sasl.authenticateSmtp(client, sasl.login(account));
  if (!accepted) {
    const seen = outcome.kind === 'reply' ? outcome.reply.text : outcome.kind;
    inconclusive('precondition', `The login that this check builds on failed: ${seen}`);
  }
  return client;
}

/** Sends a message on an open session, up to the first refusal. */
export async function handOver(client: SmtpClient, { sender, recipient, content }: Mail): Promise<Transfer> {
  const mail = await client.command(`MAIL FROM:<${sender}>`);
  if (mail.code !== 250) return transfer('MAIL', mail);
  const rcpt = await client.command(`RCPT TO:<${recipient}>`);
  if (rcpt.code !== 250 && rcpt.code !== 251) return transfer('RCPT', rcpt);
  return transfer('DATA', await client.data(content));
}

function transfer(step: Transfer['step'], reply: SmtpReply): Transfer {
  return { code: reply.code, taken: step === 'DATA' && reply.code === 250, step, reply };
}

/** Sends a message on a session of its own, and again where it is refused for now. */
export function send(services: Services, open: () => Promise<SmtpClient>, mail: Mail): Promise<Transfer> {
  return services.patiently(async () => {
    const client = await open();
    const result = await handOver(client, mail);
    await client.quit();
    return result;
  });
}

/** A refusal for now, after all the patience that the target asks for. */
export function isTemporary({ code }: Transfer): boolean {
  return code >= 400 && code < 500;
}

/** `RCPT: 554 5.7.1 …`, as received. */
export function decisive({ step, reply }: Transfer): string {
  return `${step}: ${reply.code} ${reply.lines.join(' / ')}`;
}
