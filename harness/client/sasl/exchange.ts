import { base64 } from '../../wire/bytes.ts';
import { type Answer, answerOf } from '../answer.ts';
import type { SaslMechanism, SaslMessage } from './mechanism.ts';

/** One message of an exchange, decoded. */
export interface SaslTurn {
  readonly from: 'client' | 'server';
  readonly bytes: Buffer;
  /** False for a challenge that is not base64 (RFC 4648 §4); `bytes` is then what it decodes to anyway. */
  readonly wellFormed: boolean;
}

/** How an exchange went. */
export interface SaslResult<Reply> {
  /** The reply that ended it, or the end of the connection, or silence. */
  readonly outcome: Answer<Reply>;
  /** The server reported success. */
  readonly accepted: boolean;
  /** The client ended the exchange by `*`. */
  readonly cancelled: boolean;
  /** Challenges and responses in order; the command itself is left out, its initial response is in. */
  readonly transcript: readonly SaslTurn[];
}

export interface SaslOptions {
  /**
   * Sends the first message with the command. Default: where the mechanism is client-first and the
   * protocol allows it. For a server-first mechanism: its answer to an empty challenge.
   */
  readonly initialResponse?: boolean;
  /** Deadline of each reply, in milliseconds. */
  readonly withinMs?: number;
}

/** What a protocol contributes to an exchange. */
export interface SaslCarrier<Reply> {
  /** Sends the command that begins the exchange. */
  begin(mechanism: string, initialResponse: string | undefined, secrets: readonly Buffer[]): void;
  /** Sends one line. */
  send(text: string, secrets: readonly Buffer[]): void;
  reply(): Promise<Reply>;
  /** The challenge of a reply in base64; undefined where the reply ends the exchange. */
  challenge(reply: Reply): string | undefined;
  accepted(reply: Reply): boolean;
}

/** Most challenges that are answered; a server that sends more goes in circles. */
const CHALLENGE_LIMIT = 16;

/**
 * Runs a mechanism over a protocol. Every base64 text that holds a secret is registered as secret
 * itself, beside its parts, before it is sent.
 * @throws Malformed when a reply cannot be read
 */
export async function exchange<Reply>(
  carrier: SaslCarrier<Reply>,
  mechanism: SaslMechanism,
  initialResponse: boolean,
): Promise<SaslResult<Reply>> {
  const transcript: SaslTurn[] = [];
  let cancelled = false;

  async function respond(challenge: Buffer): Promise<SaslMessage | undefined> {
    const response = transcript.length < 2 * CHALLENGE_LIMIT ? await mechanism.respond(challenge) : 'cancel';
    if (response === 'cancel') return undefined;
    transcript.push({ from: 'client', bytes: response.bytes, wellFormed: true });
    return response;
  }

  const first = initialResponse ? await respond(Buffer.alloc(0)) : undefined;
  // RFC 4954 §4, RFC 5034 §4, RFC 4959 §3: an empty initial response is a single "=".
  if (first) carrier.begin(mechanism.name, base64(first.bytes) || '=', secretsOf(first));
  else carrier.begin(mechanism.name, undefined, []);
  for (;;) {
    const outcome = await answerOf(carrier.reply());
    const text = outcome.kind === 'reply' ? carrier.challenge(outcome.reply) : undefined;
    if (text === undefined || cancelled) {
      const accepted = outcome.kind === 'reply' && text === undefined && carrier.accepted(outcome.reply);
      return { outcome, accepted, cancelled, transcript };
    }
    const challenge = Buffer.from(text, 'base64');
    transcript.push({ from: 'server', bytes: challenge, wellFormed: isBase64(text) });
    const response = await respond(challenge);
    cancelled = response === undefined;
    if (response) carrier.send(base64(response.bytes), secretsOf(response));
    else carrier.send('*', []);
  }
}

/** Base64 with its padding and without anything else (RFC 4648 §3.2, §3.3). */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function secretsOf({ bytes, secrets }: SaslMessage): readonly Buffer[] {
  return secrets.length === 0 ? [] : [...secrets, Buffer.from(base64(bytes))];
}
