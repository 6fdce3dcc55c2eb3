/** One message of the client: its octets before base64, and the parts of them that are secret. */
export interface SaslMessage {
  readonly bytes: Buffer;
  /**
   * Octets to be redacted from here on, raw and inside base64: passwords, digests, proofs, tokens, and
   * what the server will answer where that allows guessing the password.
   */
  readonly secrets: readonly Buffer[];
}

/** What the client answers to a challenge: a message, or the end of the exchange by `*`. */
export type SaslResponse = SaslMessage | 'cancel';

/**
 * One run of a SASL mechanism (RFC 4422 §3), independent of the protocol that carries it. It keeps the
 * state of that run: a second run needs a second object.
 */
export interface SaslMechanism {
  /** As registered, such as `SCRAM-SHA-256`. */
  readonly name: string;
  /** The first message is the client's, so that it may go with the command as initial response. */
  readonly clientFirst: boolean;
  /**
   * Answers a challenge. The first message of a client-first mechanism answers the empty challenge,
   * whether the server sent one or the message goes as initial response.
   */
  respond(challenge: Buffer): SaslResponse | Promise<SaslResponse>;
}

/** Password and name of an account, as far as a mechanism needs them. */
export interface SaslCredentials {
  readonly login: string;
  readonly password: string;
  /** Identity to act as (RFC 4422 §3.4.1); empty or absent: the one that belongs to the login. */
  readonly authorizationId?: string;
}
