import { randomBytes } from 'node:crypto';

/** A ServerHello in its record (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3). */
export function serverHello(chosen: {
  /** The version in the message: TLS 1.2 also for TLS 1.3. */
  readonly version: number;
  readonly suite: number;
  readonly sessionId?: Buffer;
  readonly compression?: number;
  readonly extensions?: readonly (readonly [type: number, data: Buffer])[];
}): Buffer {
  const { version, suite, sessionId = Buffer.alloc(0), compression = 0, extensions = [] } = chosen;
  const list = Buffer.concat(
    extensions.map(([type, data]) => Buffer.concat([uint(type, 2), vector(2, data)])),
  );
  const body = Buffer.concat([
    uint(version, 2),
    randomBytes(32),
    vector(1, sessionId),
    uint(suite, 2),
    uint(compression, 1),
    ...(list.length > 0 ? [vector(2, list)] : []),
  ]);
  const message = Buffer.concat([Buffer.of(2), vector(3, body)]);
  return Buffer.concat([Buffer.of(22), uint(version, 2), vector(2, message)]);
}

/** A ServerKeyExchange of DHE without a signature (RFC 5246 §7.4.3), in a record of TLS 1.2. */
export function finiteFieldKeyExchange(primeBits: number): Buffer {
  const prime = Buffer.alloc(primeBits / 8, 0xff);
  const message = Buffer.concat([
    Buffer.of(12),
    vector(
      3,
      Buffer.concat([vector(2, prime), vector(2, Buffer.of(2)), vector(2, randomBytes(prime.length))]),
    ),
  ]);
  return Buffer.concat([Buffer.of(22), uint(0x0303, 2), vector(2, message)]);
}

/** SERVER-HELLO of SSL 2.0 with no certificate and the one cipher RC4. */
export function sslv2ServerHello(): Buffer {
  const rc4 = uint(0x010080, 3);
  const connectionId = randomBytes(16);
  const lengths = [0, rc4.length, connectionId.length].map((length) => uint(length, 2));
  const message = Buffer.concat([Buffer.from([4, 0, 1]), uint(2, 2), ...lengths, rc4, connectionId]);
  return Buffer.concat([uint(0x8000 | message.length, 2), message]);
}

/** A fatal alert in its record (RFC 8446 §6). */
export function fatalAlert(description: number): Buffer {
  return Buffer.from([21, 3, 3, 0, 2, 2, description]);
}

function uint(value: number, size: 1 | 2 | 3): Buffer {
  const octets = Buffer.alloc(size);
  octets.writeUIntBE(value, 0, size);
  return octets;
}

/** A length of `size` octets, and the content (RFC 8446 §3.4). */
export function vector(size: 1 | 2 | 3, content: Buffer): Buffer {
  return Buffer.concat([uint(content.length, size), content]);
}
