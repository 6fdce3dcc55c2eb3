/** What can go wrong on the wire, as types: `evaluate` maps them to verdicts, a check may catch them. */

/** The connection could not be opened. `code` is Node's error code, such as ECONNREFUSED. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly code: string;
  constructor(endpoint: string, code: string) {
    super(`No connection to ${endpoint}: ${code}.`);
    this.code = code;
  }
}

/** The server ended the connection while something was awaited. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
  readonly how: 'fin' | 'rst' | 'error';
  constructor(how: 'fin' | 'rst' | 'error', awaited: string) {
    super(`The server ended the connection (${how}) while the client waited for ${awaited}.`);
    this.how = how;
  }
}

/** Nothing complete arrived before the deadline. */
export class Silence extends Error {
  override readonly name = 'Silence';
  readonly waitedMs: number;
  constructor(waitedMs: number, awaited: string) {
    super(`Nothing complete arrived within ${waitedMs} ms; awaited: ${awaited}.`);
    this.waitedMs = waitedMs;
  }
}

/** What arrived cannot be read as the protocol demands, or is longer than the client accepts. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** The TLS handshake did not complete. */
export class TlsFailed extends Error {
  override readonly name = 'TlsFailed';
  readonly reason: string;
  /** The deadline, where it passed without an end; undefined where the handshake was refused, garbled or cut off. */
  readonly waitedMs: number | undefined;
  constructor(endpoint: string, reason: string, waitedMs?: number) {
    super(`The TLS handshake with ${endpoint} failed: ${reason}.`);
    this.reason = reason;
    this.waitedMs = waitedMs;
  }
}

/** A relay of our own did not do its work: this says nothing about the server. */
export class RelayFailed extends Error {
  override readonly name = 'RelayFailed';
}

export type WireFailure = Unreachable | ConnectionEnded | Silence | Malformed | TlsFailed;

export function isWireFailure(thrown: unknown): thrown is WireFailure {
  return (
    thrown instanceof Unreachable ||
    thrown instanceof ConnectionEnded ||
    thrown instanceof Silence ||
    thrown instanceof Malformed ||
    thrown instanceof TlsFailed
  );
}
