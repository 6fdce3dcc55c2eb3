import type { ArrivedMessage, Receiver, Services, Verify } from '../../harness/check/check.ts';

/** How a message fared with a server that lacks what it needs. */
export type Fate =
  | { readonly kind: 'sent'; readonly message: ArrivedMessage }
  | { readonly kind: 'returned'; readonly report: string }
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

/** Waits until a message came to the server or a report about it to its sender, as long as a delivery may take. */
export async function fateOf(services: Services, receiver: Receiver, token: string): Promise<Fate> {
  const within = services.lab().outboundMs;
  const deadline = performance.now() + within;
  for (;;) {
    const [message] = await receiver.messages();
    if (message) return { kind: 'sent', message };
    const report = await services.returnedMail({ token, withinMs: 0 });
    if (report) return { kind: 'returned', report: `a report in ${report.mailbox} of the sender` };
    if (performance.now() >= deadline) {
      const over = (await receiver.sessions()).filter(({ ending }) => ending !== null);
      const seen = `${over.length} connections to the next hop without a message, no report within ${within} ms`;
      return { kind: over.length > 0 ? 'held' : 'unseen', seen };
    }
    await services.pause(LOOK);
  }
}

/** Pause between two looks, in milliseconds. */
const LOOK = 300;

/** The arguments of MAIL at a receiving server, as sent. */
export async function mailArguments(receiver: Receiver): Promise<readonly string[]> {
  const sessions = await receiver.sessions();
  return sessions
    .flatMap(({ commands }) => commands)
    .filter(({ verb }) => verb.toUpperCase() === 'MAIL')
    .map(({ argument }) => argument);
}

/**
 * Judges a message that must not be sent as it is and was not: held back is right, and the sender should be
 * told. Ends the check where nothing was seen.
 */
export function verifyHeldBack(
  { inconclusive }: Services,
  verify: Verify,
  fate: Exclude<Fate, { readonly kind: 'sent' }>,
): void {
  const { kind } = fate;
  if (kind === 'unseen') inconclusive('timeout', `The message never came to the next hop: ${fate.seen}.`);
  verify.that(true, {
    demand: 'the next hop is not sent what it cannot take',
    expected: 'no delivery',
    actual: kind === 'returned' ? fate.report : fate.seen,
  });
  verify.ideally.that(kind === 'returned', {
    demand: 'the sender is told in time',
    expected: 'a report in the mailbox of the sender',
    actual: kind === 'returned' ? fate.report : fate.seen,
  });
}
