import type { ImapReply, Pop3Reply, Services, SmtpReply } from '../../harness/check/check.ts';

/** Connections that are tried before an end of the connection counts as no answer. */
const ATTEMPTS = 3;

/*
 * Each of these begins an exchange without TLS, on a connection of its own. A challenge is a finding by itself, so
 * the exchange is cancelled there and nothing secret is sent behind it.
 */

/**
 * By SMTP. Asks again, up to three times, when the server ends the connection or says 421 instead of answering:
 * neither says anything about authentication.
 */
export async function beginBySmtp({ smtp, inconclusive }: Services, command: string): Promise<SmtpReply> {
  for (let attempt = 1; ; attempt += 1) {
    const client = await smtp({ at: 'ready' });
    const answer = await client.attempt(command);
    if (answer.kind === 'reply' && answer.reply.code === 334) await client.attempt('*');
    client.connection.close();
    if (answer.kind === 'reply' && answer.reply.code !== 421) return answer.reply;
    if (answer.kind === 'silence') inconclusive('timeout', `No reply to AUTH within ${answer.waitedMs} ms.`);
    if (attempt === ATTEMPTS)
      inconclusive('closed', `The server ended ${ATTEMPTS} connections instead of answering AUTH.`);
  }
}

export async function beginByPop3({ pop3 }: Services, command: string): Promise<Pop3Reply> {
  const client = await pop3();
  const reply = await client.command(command);
  if (reply.status === '+') await client.attempt('*');
  client.connection.close();
  return reply;
}

export async function beginByImap({ imap, bytes }: Services, command: string): Promise<ImapReply> {
  const client = await imap();
  const reply = await client.command(command);
  if (reply.status === '+') client.raw(bytes.line('*'));
  client.connection.close();
  return reply;
}
