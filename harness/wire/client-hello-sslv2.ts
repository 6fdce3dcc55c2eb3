import { randomBytes } from 'node:crypto';
import { type NotTls, notTls } from './client-hello-answer.ts';

/** Cipher kinds of SSL 2.0, by number; there are no others. */
export const SSLV2_CIPHERS: ReadonlyMap<number, string> = new Map([
  [0x010080, 'SSL_CK_RC4_128_WITH_MD5'],
  [0x020080, 'SSL_CK_RC4_128_EXPORT40_WITH_MD5'],
  [0x030080, 'SSL_CK_RC2_128_CBC_WITH_MD5'],
  [0x040080, 'SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5'],
  [0x050080, 'SSL_CK_IDEA_128_CBC_WITH_MD5'],
  [0x060040, 'SSL_CK_DES_64_CBC_WITH_MD5'],
  [0x0700c0, 'SSL_CK_DES_192_EDE3_CBC_WITH_MD5'],
]);

/** SSL 2.0 answers: the SERVER-HELLO with what the server shares of the offer, or an error. */
export type Sslv2Answer =
  | {
      readonly kind: 'sslv2-hello';
      /** Names of the cipher kinds that both know; a server may answer with none and has SSL 2.0 still. */
      readonly ciphers: readonly string[];
      readonly text: string;
    }
  | { readonly kind: 'sslv2-error'; readonly code: number; readonly text: string };

const VERSION = 0x0002;
const MESSAGE = { error: 0, clientHello: 1, serverHello: 4 } as const;
/** The first octet of a record header of two octets has its highest bit set. */
const TWO_OCTET_HEADER = 0x80;

/** A CLIENT-HELLO of SSL 2.0 that offers every cipher kind. */
export function sslv2ClientHello(): Buffer {
  const ciphers = Buffer.concat([...SSLV2_CIPHERS.keys()].map((kind) => uint(kind, 3)));
  const challenge = randomBytes(16);
  const message = Buffer.concat([
    uint(MESSAGE.clientHello, 1),
    uint(VERSION, 2),
    uint(ciphers.length, 2),
    uint(0, 2),
    uint(challenge.length, 2),
    ciphers,
    challenge,
  ]);
  return Buffer.concat([uint(0x8000 | message.length, 2), message]);
}

/** The length of the record that a header of two octets announces; undefined where it is no such header. */
export function sslv2RecordLength(header: Buffer): number | undefined {
  const first = header[0] ?? 0;
  const length = header.readUInt16BE(0) & 0x7fff;
  return (first & TWO_OCTET_HEADER) !== 0 && length >= 3 ? length : undefined;
}

export function readSslv2Answer(message: Buffer): Sslv2Answer | NotTls {
  const type = message[0];
  if (type === MESSAGE.error && message.length === 3) {
    const code = message.readUInt16BE(1);
    return { kind: 'sslv2-error', code, text: `SSLv2 error ${code}` };
  }
  if (type !== MESSAGE.serverHello || message.length < 11 || message.readUInt16BE(3) !== VERSION)
    return notTls(message);
  const certificateLength = message.readUInt16BE(5);
  const ciphersLength = message.readUInt16BE(7);
  const specs = message.subarray(11 + certificateLength, 11 + certificateLength + ciphersLength);
  if (specs.length !== ciphersLength || ciphersLength % 3 !== 0) return notTls(message);
  const ciphers = Array.from({ length: ciphersLength / 3 }, (_, index) => {
    const kind = specs.readUIntBE(3 * index, 3);
    return SSLV2_CIPHERS.get(kind) ?? `unknown 0x${kind.toString(16).padStart(6, '0')}`;
  });
  return { kind: 'sslv2-hello', ciphers, text: `SSLv2 with ${ciphers.join(' ') || 'no shared cipher'}` };
}

function uint(value: number, size: 1 | 2 | 3): Buffer {
  const octets = Buffer.alloc(size);
  octets.writeUIntBE(value, 0, size);
  return octets;
}
