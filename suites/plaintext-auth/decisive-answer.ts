import type { Answer, Services, SmtpReply } from '../../harness/check/check.ts';

/** Connections that are tried before an end of the connection counts as no answer. */
const ATTEMPTS = 3;

/**
 * Asks on a fresh connection and asks again, up to three times, when the server ends the connection or
 * says 421 instead of answering: neither says anything about authentication.
 */
export async function decisiveSmtpAnswer(
  { inconclusive }: Pick<Services, 'inconclusive'>,
  ask: () => Promise<Answer<SmtpReply>>,
): Promise<SmtpReply> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask();
    if (answer.kind === 'reply' && answer.reply.code !== 421) return answer.reply;
    if (answer.kind === 'silence') inconclusive('timeout', `No reply to AUTH within ${answer.waitedMs} ms.`);
    if (attempt === ATTEMPTS)
      inconclusive('closed', `The server ended ${ATTEMPTS} connections instead of answering AUTH.`);
  }
}
