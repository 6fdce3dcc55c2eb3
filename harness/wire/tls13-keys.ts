import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';

/** Hash and encryption of a TLS 1.3 cipher suite (RFC 8446 appendix B.4). */
export interface Tls13Suite {
  readonly hash: 'sha256' | 'sha384';
  readonly hashLength: number;
  readonly aead: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';
  readonly keyLength: number;
}

/** The suites that servers choose; CCM and the national suites are left out. */
const SUITES: ReadonlyMap<number, Tls13Suite> = new Map([
  [0x1301, { hash: 'sha256', hashLength: 32, aead: 'aes-128-gcm', keyLength: 16 }],
  [0x1302, { hash: 'sha384', hashLength: 48, aead: 'aes-256-gcm', keyLength: 32 }],
  [0x1303, { hash: 'sha256', hashLength: 32, aead: 'chacha20-poly1305', keyLength: 32 }],
]);

export function tls13Suite(number: number): Tls13Suite | undefined {
  return SUITES.get(number);
}

const TAG_LENGTH = 16;
const IV_LENGTH = 12;

/** The key schedule of RFC 8446 §7.1, as far as the first encrypted messages of either side. */
export interface KeySchedule {
  /** HKDF-Extract of the pre-shared key. */
  readonly earlySecret: Buffer;
  /** Derive-Secret over the hash of `messages`. */
  derive(secret: Buffer, label: string, messages: Buffer): Buffer;
  extract(salt: Buffer, material: Buffer): Buffer;
  expand(secret: Buffer, label: string, context: Buffer, length: number): Buffer;
  hash(messages: Buffer): Buffer;
  /** Finished over `messages` (RFC 8446 §4.4.4); the binder of a ticket is made the same way (§4.2.11.2). */
  finished(secret: Buffer, messages: Buffer): Buffer;
}

export function keySchedule(suite: Tls13Suite, preSharedKey: Buffer): KeySchedule {
  const { hash: digest, hashLength } = suite;
  const hmac = (key: Buffer, content: Buffer) => createHmac(digest, key).update(content).digest();
  const hash = (messages: Buffer) => createHash(digest).update(messages).digest();

  function expand(secret: Buffer, label: string, context: Buffer, length: number): Buffer {
    const name = Buffer.from(`tls13 ${label}`);
    const info = Buffer.concat([
      Buffer.from([length >> 8, length & 0xff, name.length]),
      name,
      Buffer.from([context.length]),
      context,
    ]);
    // RFC 5869 §2.3; nothing that is needed here is longer than two blocks.
    const first = hmac(secret, Buffer.concat([info, Buffer.of(1)]));
    const second = hmac(secret, Buffer.concat([first, info, Buffer.of(2)]));
    return Buffer.concat([first, second]).subarray(0, length);
  }

  return {
    earlySecret: hmac(Buffer.alloc(hashLength), preSharedKey),
    derive: (secret, label, messages) => expand(secret, label, hash(messages), hashLength),
    extract: hmac,
    expand,
    hash,
    finished: (secret, messages) =>
      hmac(expand(secret, 'finished', Buffer.alloc(0), hashLength), hash(messages)),
  };
}

/** Key and nonce of one direction, at its first record. */
export interface TrafficKey {
  readonly suite: Tls13Suite;
  readonly key: Buffer;
  readonly iv: Buffer;
}

export function trafficKey(suite: Tls13Suite, keys: KeySchedule, secret: Buffer): TrafficKey {
  return {
    suite,
    key: keys.expand(secret, 'key', Buffer.alloc(0), suite.keyLength),
    iv: keys.expand(secret, 'iv', Buffer.alloc(0), IV_LENGTH),
  };
}

/** The first encrypted record of a direction (RFC 8446 §5.2): header and protected content. */
export function protectFirst({ suite, key, iv }: TrafficKey, type: number, content: Buffer): Buffer {
  const plain = Buffer.concat([content, Buffer.of(type)]);
  const header = Buffer.from([0x17, 3, 3, 0, 0]);
  header.writeUInt16BE(plain.length + TAG_LENGTH, 3);
  const options = { authTagLength: TAG_LENGTH };
  // The types of node:crypto know each algorithm by a name of its own.
  const cipher =
    suite.aead === 'chacha20-poly1305'
      ? createCipheriv(suite.aead, key, iv, options)
      : createCipheriv(suite.aead, key, iv, options);
  cipher.setAAD(header, { plaintextLength: plain.length });
  return Buffer.concat([header, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Content and type of an encrypted record; undefined where the keys do not fit.
 * @param sequence number of the record in its direction, from 0 (RFC 8446 §5.3)
 */
export function unprotect(
  { suite, key, iv }: TrafficKey,
  header: Buffer,
  content: Buffer,
  sequence = 0,
): { readonly type: number; readonly content: Buffer } | undefined {
  if (content.length < TAG_LENGTH) return undefined;
  const sealed = content.subarray(0, -TAG_LENGTH);
  const options = { authTagLength: TAG_LENGTH };
  const nonce = Buffer.from(iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(IV_LENGTH - 4) ^ sequence) >>> 0, IV_LENGTH - 4);
  const decipher =
    suite.aead === 'chacha20-poly1305'
      ? createDecipheriv(suite.aead, key, nonce, options)
      : createDecipheriv(suite.aead, key, nonce, options);
  decipher.setAAD(header, { plaintextLength: sealed.length });
  decipher.setAuthTag(content.subarray(-TAG_LENGTH));
  try {
    const plain = Buffer.concat([decipher.update(sealed), decipher.final()]);
    // Zeros after the type are padding.
    const end = plain.findLastIndex((octet) => octet !== 0);
    return end < 0 ? undefined : { type: plain[end] ?? 0, content: plain.subarray(0, end) };
  } catch {
    // node:crypto throws when the tag does not fit.
    return undefined;
  }
}
