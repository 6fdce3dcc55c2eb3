import type { SmtpClient, SmtpReply } from '../check/check.ts';
import { lineOf } from './replies.ts';

/** A message and its envelope. */
export interface Mail {
  /** Reverse-path without brackets; empty for the null one. */
  readonly sender: string;
  /** Forward-path without brackets. */
  readonly recipient: string;
  /** Parameters of MAIL, such as `BODY=8BITMIME`. */
  readonly parameters?: string;
  /** The whole message with CRLF line ends; dots are stuffed on the way. */
  readonly content: Buffer;
}

/** How far a message came: the first refusal decides, for a server may raise its objections late. */
export interface Transfer {
  readonly code: number;
  readonly taken: boolean;
  /** The step that was refused, or the last one. A refusal of DATA itself and one after its end count alike. */
  readonly step: 'MAIL' | 'RCPT' | 'DATA';
  readonly reply: SmtpReply;
}

/** Sends a message on an open session, up to the first refusal. RCPT is taken by 250 or 251 (RFC 5321 §4.3.2). */
export async function handOver(
  client: SmtpClient,
  { sender, recipient, parameters = '', content }: Mail,
): Promise<Transfer> {
  const mail = await client.command(`MAIL FROM:<${sender}>${parameters === '' ? '' : ` ${parameters}`}`);
  if (mail.code !== 250) return transfer('MAIL', mail);
  const rcpt = await client.command(`RCPT TO:<${recipient}>`);
  if (!isRecipientTaken(rcpt)) return transfer('RCPT', rcpt);
  return transfer('DATA', await client.data(content));
}

/** Whether RCPT was taken: by 250, or by 251, which says that the mail is forwarded (RFC 5321 §3.4). */
export function isRecipientTaken({ code }: Pick<SmtpReply, 'code'>): boolean {
  return code === 250 || code === 251;
}

function transfer(step: Transfer['step'], reply: SmtpReply): Transfer {
  return { code: reply.code, taken: step === 'DATA' && reply.code === 250, step, reply };
}

/** `RCPT: 554 5.7.1 …`, as received. */
export function decisive({ step, reply }: Transfer): string {
  return `${step}: ${lineOf(reply)}`;
}
