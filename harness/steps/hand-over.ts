import type { Services, SmtpClient, SmtpReply } from '../check/check.ts';
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
export async function handOver(client: SmtpClient, mail: Mail): Promise<Transfer> {
  return (await refusedEnvelope(client, mail)) ?? transfer('DATA', await client.data(mail.content));
}

/**
 * As `handOver`, by BDAT (RFC 3030 §2): each chunk with its command in one segment, up to the first refusal,
 * which counts as one of DATA.
 * @param chunks the content in pieces; the last one may be empty
 */
export async function handOverInChunks(
  { bytes }: Pick<Services, 'bytes'>,
  client: SmtpClient,
  { chunks, ...envelope }: Omit<Mail, 'content'> & { readonly chunks: readonly Buffer[] },
): Promise<Transfer> {
  const refusal = await refusedEnvelope(client, envelope);
  if (refusal) return refusal;
  for (const [index, chunk] of chunks.entries()) {
    const isLast = index === chunks.length - 1;
    client.raw(Buffer.concat([bytes.line(`BDAT ${chunk.length}${isLast ? ' LAST' : ''}`), chunk]));
    const reply = await client.reply('the reply to BDAT');
    if (isLast || reply.code !== 250) return transfer('DATA', reply);
  }
  throw new Error('A message has at least one chunk.');
}

async function refusedEnvelope(
  client: SmtpClient,
  { sender, recipient, parameters = '' }: Omit<Mail, 'content'>,
): Promise<Transfer | undefined> {
  const mail = await client.command(`MAIL FROM:<${sender}>${parameters === '' ? '' : ` ${parameters}`}`);
  if (mail.code !== 250) return transfer('MAIL', mail);
  const rcpt = await client.command(`RCPT TO:<${recipient}>`);
  return isRecipientTaken(rcpt) ? undefined : transfer('RCPT', rcpt);
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
