import type { ArrivedMessage, Receiver, Services } from '../../harness/check/services.ts';
import { reportInMailbox } from './report-in-mailbox.ts';

/** How a message fared with a server that lacks what it needs. */
export type Fate =
  | { readonly kind: 'sent'; readonly message: ArrivedMessage }
  | { readonly kind: 'returned'; readonly report: string }
  | { readonly kind: 'lost'; readonly seen: string };

/** Extensions of a receiving server that lacks some. */
export function extensionsWithout(...missing: readonly string[]): { plain: string[]; tls: string[] } {
  const kept = ['PIPELINING', 'SIZE 33554432', '8BITMIME', 'SMTPUTF8', 'DSN', 'ENHANCEDSTATUSCODES'].filter(
    (keyword) => !missing.includes(keyword),
  );
  return { plain: [...kept, 'STARTTLS'], tls: kept };
}

/**
 * Waits until a message came to the server or a report about it to its sender. Neither within the time is
 * `lost`, which may also mean that the target is still trying.
 */
export async function fateOf(services: Services, receiver: Receiver, token: string): Promise<Fate> {
  const within = services.lab().outboundMs;
  const deadline = performance.now() + within;
  for (;;) {
    const [message] = await receiver.messages();
    if (message) return { kind: 'sent', message };
    const report = await reportInMailbox(services, token);
    if (report !== null) return { kind: 'returned', report };
    if (performance.now() >= deadline) {
      const sessions = await receiver.sessions();
      return {
        kind: 'lost',
        seen: `${sessions.length} connections to the next hop and no report within ${within} ms`,
      };
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
