import { visibleExcerpt } from '../evidence/visible.ts';
import { type CipherSuite, cipherSuite } from './cipher-suites.ts';
import { alertName, EXTENSION, HANDSHAKE, RECORD, TLS_VERSIONS, versionName } from './tls-numbers.ts';

/** A ServerHello (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3). */
export interface ServerHello {
  readonly kind: 'server-hello';
  /** Negotiated version by name, such as `TLSv1.2`; `0x…` for one without a name. */
  readonly version: string;
  readonly suite: CipherSuite;
  /** 0: none, 1: DEFLATE (RFC 3749 §2). */
  readonly compression: number;
  /** Extensions by number, with their content. */
  readonly extensions: ReadonlyMap<number, Buffer>;
  /** The server asks for another key share; version and suite are chosen already (RFC 8446 §4.1.4). */
  readonly retryRequest: boolean;
  /** Descriptions of the warnings in front of it, such as `unrecognized_name`. */
  readonly warnings: readonly string[];
  readonly text: string;
}

/** A fatal alert (RFC 8446 §6), or a warning after which nothing followed. */
export interface TlsAlert {
  readonly kind: 'alert';
  readonly level: 'warning' | 'fatal';
  readonly code: number;
  /** As registered, such as `protocol_version`. */
  readonly description: string;
  readonly text: string;
}

/** Octets that are no TLS record, or a record that cannot be read. */
export interface NotTls {
  readonly kind: 'not-tls';
  readonly bytes: Buffer;
  readonly text: string;
}

/** SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3). */
const RETRY_RANDOM = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex');

/** A record header: content type and length of what follows; undefined where it is none. */
export function readRecordHeader(
  header: Buffer,
): { readonly type: number; readonly length: number } | undefined {
  const type = header[0] ?? 0;
  const length = header.readUInt16BE(3);
  const known = type === RECORD.alert || type === RECORD.handshake;
  // RFC 8446 §5.2, RFC 5246 §6.2.3: at most 2^14 octets and 2048 of expansion.
  return known && header[1] === 3 && length > 0 && length <= 18_432 ? { type, length } : undefined;
}

export function readAlert(content: Buffer): TlsAlert | NotTls {
  const [level, code] = content;
  if (content.length !== 2 || code === undefined || (level !== 1 && level !== 2)) return notTls(content);
  const description = alertName(code);
  const grade = level === 2 ? 'fatal' : 'warning';
  return { kind: 'alert', level: grade, code, description, text: `${grade} alert ${description}` };
}

/**
 * Reads the first handshake message out of the handshake octets so far.
 * @returns undefined as long as the message is incomplete
 */
export function readServerHello(
  octets: Buffer,
  warnings: readonly string[],
): ServerHello | NotTls | undefined {
  if (octets.length < 4) return undefined;
  const length = octets.readUIntBE(1, 3);
  if (octets[0] !== HANDSHAKE.serverHello || length > MESSAGE_LIMIT) return notTls(octets);
  if (octets.length < 4 + length) return undefined;
  const reader = readerOf(octets.subarray(4, 4 + length));
  const legacyVersion = reader.uint(2);
  const random = reader.octets(32);
  reader.vector(1);
  const suite = reader.uint(2);
  const compression = reader.uint(1);
  const extensions = new Map<number, Buffer>();
  if (reader.left() > 0) {
    const list = readerOf(reader.vector(2) ?? Buffer.alloc(0));
    while (list.left() > 0) {
      const type = list.uint(2);
      const data = list.vector(2);
      if (type === undefined || data === undefined) return notTls(octets);
      extensions.set(type, data);
    }
  }
  if (legacyVersion === undefined || random === undefined || suite === undefined || compression === undefined)
    return notTls(octets);
  const selected = extensions.get(EXTENSION.supportedVersions);
  const number =
    legacyVersion === TLS_VERSIONS['TLSv1.2'] && selected?.length === 2
      ? selected.readUInt16BE(0)
      : legacyVersion;
  const version = versionName(number);
  const chosen = cipherSuite(suite);
  return {
    kind: 'server-hello',
    version,
    suite: chosen,
    compression,
    extensions,
    retryRequest: random.equals(RETRY_RANDOM),
    warnings,
    text: `${version} with ${chosen.name}${compression === 0 ? '' : `, compression method ${compression}`}`,
  };
}

/** The body of the first handshake message of a type; undefined where it is not there, or not whole. */
export function readMessage(handshake: Buffer, type: number): Buffer | undefined {
  for (let at = 0; at + 4 <= handshake.length; ) {
    const end = at + 4 + handshake.readUIntBE(at + 1, 3);
    if (end > handshake.length) return undefined;
    if (handshake[at] === type) return handshake.subarray(at + 4, end);
    at = end;
  }
  return undefined;
}

/** No ServerHello comes near this length. */
const MESSAGE_LIMIT = 65_536;

export function notTls(bytes: Buffer): NotTls {
  return { kind: 'not-tls', bytes, text: `no TLS: ${visibleExcerpt(bytes, 120)}` };
}

/** Reads fields in order; undefined from the first one that is not there. */
function readerOf(octets: Buffer) {
  let at = 0;
  const take = (count: number | undefined): Buffer | undefined => {
    if (count === undefined || at + count > octets.length) {
      at = octets.length;
      return undefined;
    }
    at += count;
    return octets.subarray(at - count, at);
  };
  const uint = (size: 1 | 2) => take(size)?.readUIntBE(0, size);
  return {
    left: () => octets.length - at,
    uint,
    octets: take,
    vector: (size: 1 | 2) => take(uint(size)),
  };
}
