/** What a ClientHello offers, as far as faults look at it (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2). */
export interface OfferedHello {
  /** The version in the message itself: TLS 1.2 also where TLS 1.3 is offered. */
  readonly version: number;
  readonly suites: readonly number[];
  readonly sessionId: Buffer;
  readonly compression: readonly number[];
  /** Extensions by number. */
  readonly extensions: ReadonlyMap<number, Buffer>;
  /** The handshake message, without its record header. */
  readonly message: Buffer;
}

/**
 * Reads a ClientHello from the content of its record; undefined where it is none, or is cut short.
 */
export function readOfferedHello(message: Buffer): OfferedHello | undefined {
  try {
    return message[0] === 1 ? parse(message) : undefined;
  } catch (failure) {
    // Buffer throws this for octets that are not there.
    if (failure instanceof RangeError) return undefined;
    throw failure;
  }
}

function parse(message: Buffer): OfferedHello {
  let at = 4;
  const take = (count: number) => {
    if (at + count > message.length) throw new RangeError('The ClientHello is cut short.');
    at += count;
    return message.subarray(at - count, at);
  };
  const vector = (size: 1 | 2) => take(take(size).readUIntBE(0, size));
  const version = take(2).readUInt16BE(0);
  take(32);
  const sessionId = vector(1);
  const suiteOctets = vector(2);
  const suites = Array.from({ length: suiteOctets.length >> 1 }, (_, index) =>
    suiteOctets.readUInt16BE(2 * index),
  );
  const compression = [...vector(1)];
  const extensions = new Map<number, Buffer>();
  if (at < message.length) {
    const end = at + 2 + message.readUInt16BE(at);
    take(2);
    while (at < end) {
      const type = take(2).readUInt16BE(0);
      extensions.set(type, vector(2));
    }
  }
  return { version, suites, sessionId, compression, extensions, message };
}
