import type { Services, SmtpClient, SmtpReply } from '../../harness/check/check.ts';
import { compose } from '../../harness/steps/compose.ts';
import type { Paths } from '../../harness/steps/name-recipient.ts';
import { isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';

/** Where a server said no: the first refusal between the hello and the end of data decides. */
export type Stage = 'PROXY' | 'EHLO' | 'TLS' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA';

/** What a server made of one message. */
export type Outcome =
  | { readonly kind: 'refused'; readonly stage: Stage; readonly reply: SmtpReply }
  /** The server ended the connection instead of answering, where that is as good as a refusal. */
  | { readonly kind: 'closed'; readonly stage: Stage }
  | {
      readonly kind: 'accepted';
      readonly reply: SmtpReply;
      /** There is more to wait for than a copy in the mailbox: somebody else was accepted or named besides. */
      readonly besides?: boolean;
    }
  /** The recipient was taken, and no message followed: there is no lab that could receive it. */
  | { readonly kind: 'named'; readonly reply: SmtpReply };

export interface Envelope extends Paths {
  /** Parameters of RCPT, such as `NOTIFY=SUCCESS`. */
  readonly parameters?: string;
}

/** One transaction from MAIL to the end of data; to RCPT where there is no lab, so that nothing is sent to anybody. */
export async function transact(
  { hasLab }: Pick<Services, 'hasLab'>,
  client: SmtpClient,
  { sender, recipient, parameters = '' }: Envelope,
  message: Buffer,
): Promise<Outcome> {
  const mail = await client.command(`MAIL FROM:${sender}`);
  if (!isPositive(mail)) return refused('MAIL', mail);
  const rcpt = await client.command(`RCPT TO:${recipient}${parameters && ` ${parameters}`}`);
  if (!isPositive(rcpt)) return refused('RCPT', rcpt);
  if (!hasLab) return { kind: 'named', reply: rcpt };
  return hand(client, message);
}

/** DATA and the message, in a transaction that has recipients. */
export async function hand(client: SmtpClient, message: Buffer): Promise<Outcome> {
  const reply = await client.data(message);
  return isPositive(reply) ? { kind: 'accepted', reply } : refused('DATA', reply);
}

/** The outcome of one attempt, made again where it is a refusal for now. */
export async function patientOutcome(
  { patiently }: Pick<Services, 'patiently'>,
  attempt: () => Promise<Outcome>,
): Promise<Outcome> {
  const { outcome } = await patiently(async () => {
    const one = await attempt();
    return { outcome: one, code: one.kind === 'closed' ? 0 : one.reply.code };
  });
  return outcome;
}

/** Whether the server refused it for now: another attempt may draw another answer. */
export function isPostponed(outcome: Outcome): boolean {
  return outcome.kind === 'refused' && isTemporary(outcome.reply);
}

export function refused(stage: Stage, reply: SmtpReply): Outcome {
  return { kind: 'refused', stage, reply };
}

/** A neutral message that carries the token of its attempt where bounces quote it: in the header. */
export function probeMessage(
  services: Pick<Services, 'bytes' | 'helloName' | 'imprint'>,
  { token, from = `probe@${services.helloName}` }: { readonly token: string; readonly from?: string },
): Buffer {
  const body = ['Hello, this message finds out where mail goes.', `It is known as ${token}.`];
  return compose(services, { from, token, subject: 'Delivery probe', body, exact: false });
}

/** What became of a message during the session, as one line. */
export function lineOfOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'refused':
      return `${outcome.stage}: ${lineOf(outcome.reply)}`;
    case 'closed':
      return `${outcome.stage}: end of the connection`;
    case 'accepted':
      return `DATA: ${lineOf(outcome.reply)}`;
    case 'named':
      return `RCPT: ${lineOf(outcome.reply)}`;
  }
}
