import type { SmtpReply } from '../../client/smtp-reply.ts';
import { line } from '../../wire/bytes.ts';
import type { RelayEnvelope } from '../options.ts';
import type { OutboundSession } from './upgrade.ts';

/**
 * Fault: the transaction uses whatever extension is listed, so that what was listed before TLS shows in it:
 * SIZE, SMTPUTF8, an envelope in one segment, BDAT. Returns the reply that decided.
 */
export async function transactWithEverythingListed(
  { client, capabilities }: OutboundSession,
  { sender, recipients }: RelayEnvelope,
  message: Buffer,
): Promise<SmtpReply> {
  const lists = (keyword: string) => capabilities?.keywords.has(keyword) ?? false;
  const parameters = [
    ...(lists('SIZE') ? [`SIZE=${message.length}`] : []),
    ...(lists('SMTPUTF8') ? ['SMTPUTF8'] : []),
  ];
  const envelope = [
    [`MAIL FROM:<${sender}>`, ...parameters].join(' '),
    ...recipients.map((recipient) => `RCPT TO:<${recipient}>`),
  ];
  if (lists('PIPELINING')) await client.pipeline(...envelope);
  else for (const command of envelope) await client.command(command);
  if (!lists('CHUNKING')) return client.data(message);
  client.raw(Buffer.concat([line(`BDAT ${message.length} LAST`), message]));
  return client.reply('the reply to BDAT');
}
