import type { ArrivedMessage, Offered, Receiver, Services, Verify } from '../../harness/check/check.ts';
import { assertLabWasThere, type GivenTime, giveTime } from '../../harness/steps/given-time.ts';
import { assertHasMailbox } from '../../harness/steps/in-mailbox.ts';
import type { About } from './letter.ts';
import { tokenOf } from './ways.ts';

/** How a message fared with a server that lacks what it needs. */
export type Fate =
  | { readonly kind: 'sent'; readonly message: ArrivedMessage }
  | { readonly kind: 'returned'; readonly seen: string }
  /** The server was asked and sent nothing, and no report came in time. */
  | { readonly kind: 'held'; readonly seen: string }
  /** Nothing shows that the target tried. */
  | { readonly kind: 'unseen'; readonly seen: string };

/** Extensions of a receiving server that lacks some. */
export function extensionsWithout(...missing: readonly string[]): { plain: string[]; tls: string[] } {
  const kept = ['PIPELINING', 'SIZE 33554432', '8BITMIME', 'SMTPUTF8', 'DSN', 'ENHANCEDSTATUSCODES'].filter(
    (keyword) => !missing.includes(keyword),
  );
  return { plain: [...kept, 'STARTTLS'], tls: kept };
}

/**
 * Waits until a message came to the server or a report about it to its sender, as long as a delivery may take.
 * @param given begins when the message sets out
 */
export async function fateOf(
  services: Services,
  receiver: Receiver,
  token: string,
  given: GivenTime = giveTime(services, services.lab().outboundMs),
): Promise<Fate> {
  for (;;) {
    const [message] = await receiver.messages();
    if (message) return { kind: 'sent', message };
    const report = await services.returnedMail({ token, withinMs: 0 });
    if (report) return { kind: 'returned', seen: `a report in ${report.mailbox} of the sender` };
    if (given.left() <= 0) {
      assertLabWasThere(services, given);
      const over = (await receiver.sessions()).filter(({ ending }) => ending !== null);
      const seen = `${over.length} connections to the next hop without a message, no report within ${services.lab().outboundMs} ms`;
      return { kind: over.length > 0 ? 'held' : 'unseen', seen };
    }
    await services.pause(LOOK);
  }
}

/** Pause between two looks, in milliseconds. */
const LOOK = 300;

/** The arguments of the last MAIL at a receiving server, as sent, after the verb. */
export async function lastMail(receiver: Receiver): Promise<string> {
  const commands = (await receiver.sessions()).flatMap((session) => session.commands);
  const given = commands.filter(({ verb }) => verb.toUpperCase() === 'MAIL').at(-1)?.argument;
  return `MAIL ${given ?? ''}`;
}

/** A message of the first user for a receiving server of the check. */
export interface Handed extends About {
  readonly sent: Buffer;
  readonly offered: Offered;
}

/** Hands in what is composed for a receiving server of the check. */
export async function handTo(
  services: Services,
  receiver: Receiver,
  message: {
    /** Distinguishes the messages of a check. */
    readonly label: string;
    readonly localPart?: string;
    readonly parameters: string;
    compose(about: About): Buffer;
  },
): Promise<Handed> {
  const { offer, account } = services;
  const token = tokenOf(services, message.label, 'out');
  const from = account().address;
  const to = `${message.localPart ?? 'rx'}-${token}@${receiver.domain}`;
  const sent = message.compose({ from, to, token });
  const { parameters } = message;
  const offered = await offer({ content: sent, sender: from, recipient: to, parameters, as: account() });
  return { from, to, token, sent, offered };
}

/**
 * Judges a message that must not be sent as it is and was not: held back is right, and the sender should be
 * told. Ends the check where nothing was seen.
 */
export function verifyHeldBack(
  services: Services,
  verify: Verify,
  { kind, seen }: Exclude<Fate, { readonly kind: 'sent' }>,
): void {
  if (kind === 'unseen') services.inconclusive('timeout', `The message never came to the next hop: ${seen}.`);
  verify.met('the next hop is not sent what it cannot take', seen);
  if (kind !== 'returned') assertHasMailbox(services);
  verify.ideally.found(kind === 'returned' ? seen : null, 'the sender is told in time', {
    what: 'a report in the mailbox of the sender',
  });
}
