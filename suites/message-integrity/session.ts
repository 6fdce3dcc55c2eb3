import type { Services, SmtpClient, SmtpReply } from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { ehloLists, extensionsOf } from '../../harness/steps/extensions.ts';
import { isRecipientTaken } from '../../harness/steps/hand-over.ts';
import { assertHasMailbox } from '../../harness/steps/in-mailbox.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { openStranger, openUser } from '../../harness/steps/smtp-login.ts';
import { strangerOf } from '../../harness/steps/stranger.ts';
import { shortLetter } from './letter.ts';
import type { Envelope, Way } from './ways.ts';

/** An open session in which mail may be sent, and from whom to whom. */
export interface Sender {
  readonly client: SmtpClient;
  readonly envelope: Envelope;
}

/** A session after EHLO for the way of a message: as a stranger on mx, or as the first account inside TLS. */
export async function openSender(services: Services, way: Way, token: string): Promise<Sender> {
  const { target, account, hasLab, lab, notApplicable } = services;
  if (way.key === 'in') {
    if (!target.endpoints.mx) notApplicable('The target declares no mx.', 'no port 25');
    assertHasMailbox(services);
    const client = await openStranger(services);
    return { client, envelope: { from: await strangerOf(services), to: account().address } };
  }
  if (!hasLab) {
    const { address } = account();
    return { client: await openUser(services), envelope: { from: address, to: address } };
  }
  services.finding(mailLeaves);
  const client = await openUser(services);
  return { client, envelope: { from: account().address, to: await lab().externalRecipient(token) } };
}

/** Ends the variant as not applicable where a way into the target does not list an extension. */
export async function assertListed(services: Services, way: Way, keyword: string): Promise<void> {
  const { notApplicable } = services;
  const { client } = await openSender(services, way, `look-${services.nonce}`);
  await client.quit();
  if (!extensionsOf(client).has(keyword))
    notApplicable(`The target does not offer ${keyword} here.`, ehloLists(client));
}

/** The way, for messages that need an extension; not applicable where the way in does not list it. */
export function wherever(way: Way, keyword: string): Way {
  return {
    ...way,
    async send(services, mail) {
      await assertListed(services, way, keyword);
      return way.send(services, mail);
    },
  };
}

/** A message for several recipients in one transaction. */
export interface Circular {
  readonly sent: Buffer;
  /** Recipients that were taken. */
  readonly taken: readonly string[];
}

/**
 * Hands in one message for several recipients, none of whom its header names, patient with what is refused for
 * now. A recipient that is refused is left out.
 * @throws Inconclusive where nobody, or the message itself, is taken
 */
export async function handInToSeveral(
  services: Services,
  way: Way,
  token: string,
  recipients: readonly string[],
): Promise<Circular> {
  const { patiently, inconclusive } = services;
  let sent: Buffer = Buffer.alloc(0);
  const taken = new Set<string>();
  const reply = await patiently(async () => {
    const { client, envelope } = await openSender(services, way, token);
    taken.clear();
    try {
      const mail = await client.command(`MAIL FROM:<${envelope.from}>`);
      if (mail.code !== 250) return mail;
      let refusal: SmtpReply | undefined;
      for (const recipient of recipients) {
        const answer = await client.attempt(`RCPT TO:<${recipient}>`);
        // Who turns a first visit away may close after the refusal.
        if (answer.kind !== 'reply')
          return refusal ?? inconclusive('precondition', `RCPT draws no reply: ${answer.kind}.`);
        if (isRecipientTaken(answer.reply)) taken.add(recipient);
        else refusal = answer.reply;
      }
      // Greylisting refuses every recipient once.
      if (refusal && (taken.size === 0 || refusal.code < 500)) return refusal;
      sent = shortLetter(services, { from: envelope.from, to: 'somebody@example.test', token });
      return await client.data(sent);
    } finally {
      await client.quit();
    }
  });
  if (reply.code !== 250)
    inconclusive('precondition', `A message for several recipients is refused: ${lineOf(reply)}`);
  return { sent, taken: [...taken] };
}
