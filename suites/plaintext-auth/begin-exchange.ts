import type { Answer, ImapReply, Pop3Reply, Services, SmtpReply } from '../../harness/check/check.ts';
import { isRefusedUntilTls } from '../../harness/steps/refused-until-tls.ts';
import { assertDecided, isAlive } from '../../harness/steps/replies.ts';

/** Connections that are tried before an end of the connection counts. */
const ATTEMPTS = 3;

/** A reply, or the end of a connection on which another command was answered before: that refuses too. */
export type Begun<Reply> = Exclude<Answer<Reply>, { kind: 'silence' }>;

/*
 * Each of these begins an exchange without TLS, on a connection of its own. A challenge is a finding by itself, so
 * the exchange is cancelled there and nothing secret is sent after it. What is refused for now is no refusal.
 */

/** By SMTP. 421 says nothing about authentication: it is asked again. */
export async function beginBySmtp(services: Services, command: string): Promise<Begun<SmtpReply>> {
  const { answer } = await services.patiently(async () => {
    const attempt = async () => {
      const client = await services.smtp({ at: 'ready' });
      const drawn = await client.attempt(command);
      if (drawn.kind === 'reply' && drawn.reply.code === 334) await client.attempt('*');
      client.connection.close();
      return drawn;
    };
    const begun = await untilAnswered(services, attempt, isAlive);
    return { answer: begun, code: begun.kind === 'reply' ? begun.reply.code : 0 };
  });
  if (answer.kind === 'reply' && !(await isRefusedUntilTls(services, answer.reply)))
    assertDecided(services, answer.reply);
  return answer;
}

export async function beginByPop3(services: Services, command: string): Promise<Begun<Pop3Reply>> {
  const begun = await untilAnswered(services, async () => {
    // CAPA was answered, by a list or by an error.
    const client = await services.pop3({ at: 'ready' });
    const answer = await client.attempt(command);
    if (answer.kind === 'reply' && answer.reply.status === '+') await client.attempt('*');
    client.connection.close();
    return answer;
  });
  if (begun.kind === 'reply' && begun.reply.responseCode === 'SYS/TEMP')
    services.inconclusive('precondition', `Refused for now: ${begun.reply.line}`);
  return begun;
}

export async function beginByImap(services: Services, command: string): Promise<Begun<ImapReply>> {
  const begun = await untilAnswered(services, async () => {
    const client = await services.imap({ at: 'ready' });
    const answer = await client.attempt(command);
    if (answer.kind === 'reply' && answer.reply.status === '+') client.raw(services.bytes.line('*'));
    client.connection.close();
    return answer;
  });
  if (begun.kind === 'reply' && begun.reply.code === 'UNAVAILABLE')
    services.inconclusive('precondition', `Refused for now: ${begun.reply.line}`);
  return begun;
}

/** What an exchange drew as one line. */
export function lineOfBegun<Reply>(begun: Begun<Reply>, line: (reply: Reply) => string): string {
  return begun.kind === 'reply' ? line(begun.reply) : `end of the connection (${begun.how})`;
}

/** One end of a connection may be chance. `counts`: the reply is about the command. */
async function untilAnswered<Reply>(
  { inconclusive }: Services,
  attempt: () => Promise<Answer<Reply>>,
  counts: (reply: Reply) => boolean = () => true,
): Promise<Begun<Reply>> {
  for (let tried = 1; ; tried += 1) {
    const answer = await attempt();
    if (answer.kind === 'silence')
      return inconclusive('timeout', `No reply to the login within ${answer.waitedMs} ms.`);
    if (answer.kind === 'reply' && counts(answer.reply)) return answer;
    if (tried < ATTEMPTS) continue;
    if (answer.kind === 'closed') return answer;
    inconclusive('closed', `The server ended ${ATTEMPTS} sessions instead of answering the login.`);
  }
}
