import { ConnectionEnded, Silence } from '../wire/failures.ts';

/** What followed a command where an end of the connection or silence is an answer too. */
export type Answer<Reply> =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'closed'; readonly how: ConnectionEnded['how'] }
  | { readonly kind: 'silence'; readonly waitedMs: number };

/** Turns the end of a connection and silence into data; every other failure passes through. */
export async function answerOf<Reply>(waiting: Promise<Reply>): Promise<Answer<Reply>> {
  try {
    return { kind: 'reply', reply: await waiting };
  } catch (thrown) {
    if (thrown instanceof ConnectionEnded) return { kind: 'closed', how: thrown.how };
    if (thrown instanceof Silence) return { kind: 'silence', waitedMs: thrown.waitedMs };
    throw thrown;
  }
}
