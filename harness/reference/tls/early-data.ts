import { createDecipheriv, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { EXTENSION, HANDSHAKE, RECORD, TLS_VERSIONS } from '../../wire/tls-numbers.ts';
import { readSessionKey } from '../../wire/tls-session-ticket.ts';
import { keySchedule, protectFirst, tls13Suite, trafficKey } from '../../wire/tls13-keys.ts';
import type { OfferedHello } from './client-hello.ts';
import { serverHello, vector } from './server-hello.ts';

/**
 * Keys of the tickets of servers that take early data: Node wants name, HMAC key and AES key, 16 octets
 * each. Known, because such a server reads its tickets itself: Node cannot accept early data.
 */
export const TICKET_KEYS = Buffer.alloc(48, 'mailspec');

const NAME_LENGTH = 16;
const IV_LENGTH = 16;
const HMAC_LENGTH = 32;
const RECORD_HEADER = 5;
const GROUP_X25519 = 29;

/**
 * Answers a resumption with early data: ServerHello, and EncryptedExtensions by which the data are
 * accepted (RFC 8446 §4.2.10). The handshake goes no further.
 * @returns undefined where the hello is no such resumption
 */
export function acceptEarlyData(hello: OfferedHello): Buffer | undefined {
  const preSharedKey = hello.extensions.get(EXTENSION.preSharedKey);
  const share = x25519Share(hello.extensions.get(EXTENSION.keyShare));
  if (!hello.extensions.has(EXTENSION.earlyData) || !preSharedKey || !share) return undefined;
  const identity = preSharedKey.subarray(4, 4 + preSharedKey.readUInt16BE(2));
  const session = readSessionKey(decryptTicket(identity));
  const suite = session && tls13Suite(session.suite);
  if (!session || !suite) return undefined;

  const keys = keySchedule(suite, session.key);
  const pair = generateKeyPairSync('x25519');
  const { x = '' } = pair.publicKey.export({ format: 'jwk' });
  const publicKey = createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'X25519', x: share.toString('base64url') },
  });
  const record = serverHello({
    version: TLS_VERSIONS['TLSv1.2'],
    suite: session.suite,
    sessionId: hello.sessionId,
    extensions: [
      [EXTENSION.supportedVersions, Buffer.from([3, 4])],
      [
        EXTENSION.keyShare,
        Buffer.concat([Buffer.from([0, GROUP_X25519]), vector(2, Buffer.from(x, 'base64url'))]),
      ],
      [EXTENSION.preSharedKey, Buffer.from([0, 0])],
    ],
  });
  const salt = keys.derive(keys.earlySecret, 'derived', Buffer.alloc(0));
  const secret = keys.extract(salt, diffieHellman({ privateKey: pair.privateKey, publicKey }));
  const messages = Buffer.concat([hello.message, record.subarray(RECORD_HEADER)]);
  const traffic = trafficKey(suite, keys, keys.derive(secret, 's hs traffic', messages));
  const accepted = Buffer.concat([Buffer.from([0, EXTENSION.earlyData]), vector(2, Buffer.alloc(0))]);
  const encryptedExtensions = Buffer.concat([
    Buffer.of(HANDSHAKE.encryptedExtensions),
    vector(3, vector(2, accepted)),
  ]);
  return Buffer.concat([record, protectFirst(traffic, RECORD.handshake, encryptedExtensions)]);
}

/** The first share, where it is one of x25519. */
function x25519Share(extension: Buffer | undefined): Buffer | undefined {
  if (!extension || extension.length < 38 || extension.readUInt16BE(2) !== GROUP_X25519) return undefined;
  return extension.subarray(6, 38);
}

/** OpenSSL's form of a session, from a ticket in the form of RFC 5077 §4. */
function decryptTicket(ticket: Buffer): Buffer {
  const name = TICKET_KEYS.subarray(0, NAME_LENGTH);
  if (!ticket.subarray(0, NAME_LENGTH).equals(name)) return Buffer.alloc(0);
  const iv = ticket.subarray(NAME_LENGTH, NAME_LENGTH + IV_LENGTH);
  const decipher = createDecipheriv('aes-128-cbc', TICKET_KEYS.subarray(32), iv);
  const sealed = ticket.subarray(NAME_LENGTH + IV_LENGTH, -HMAC_LENGTH);
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}
