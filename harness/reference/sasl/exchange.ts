import type { TLSSocket } from 'node:tls';
import type { ReferenceAccount } from '../accounts.ts';
import type { Site } from '../site.ts';

/** How an exchange ended. `malformed`: the response breaks the grammar of the mechanism. */
export type SaslOutcome =
  | { readonly ok: true; readonly account: ReferenceAccount }
  | { readonly ok: false; readonly why: 'unknown-login' | 'wrong-secret' | 'malformed' };

/**
 * The server's side of one exchange: yields challenges, is given responses, returns the outcome. A
 * mechanism in which the client speaks first yields an empty challenge first; an initial response
 * answers it before it is sent (RFC 4422 §3.4).
 */
export type SaslExchange = Generator<Buffer, SaslOutcome, Buffer>;

export interface SaslContext {
  readonly site: Site;
  /** The TLS session, for channel bindings. */
  readonly tls: TLSSocket | undefined;
}

export interface Mechanism {
  readonly name: string;
  readonly clientFirst: boolean;
  start(context: SaslContext): SaslExchange;
}

export const EMPTY = Buffer.alloc(0);

/** Octets of a base64 text; undefined where it is not base64 (RFC 4648 §4: alphabet, padding, zero bits). */
export function decodeBase64(text: string): Buffer | undefined {
  const octets = Buffer.from(text, 'base64');
  return octets.toString('base64') === text ? octets : undefined;
}

/** A reply that ends an exchange before the mechanism could: cancelled, not base64, too long. */
export interface BrokenOff<Reply> {
  readonly brokenOff: Reply;
}

/**
 * Runs an exchange. `prompt` sends a challenge and returns the response, or the reply that breaks the
 * exchange off.
 */
export async function runExchange<Reply>(
  steps: SaslExchange,
  initial: Buffer | undefined,
  prompt: (challenge: Buffer) => Promise<Buffer | BrokenOff<Reply>>,
): Promise<SaslOutcome | BrokenOff<Reply>> {
  let step = steps.next();
  if (initial && !step.done) step = steps.next(initial);
  while (!step.done) {
    const response = await prompt(step.value);
    if (!Buffer.isBuffer(response)) return response;
    step = steps.next(response);
  }
  return step.value;
}
