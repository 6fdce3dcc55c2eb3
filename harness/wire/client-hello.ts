import { createECDH, generateKeyPairSync, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { TLS13_SUITES } from './cipher-suites.ts';
import {
  COMPRESSION,
  EXTENSION,
  GROUPS,
  type GroupName,
  HANDSHAKE,
  RECORD,
  SIGNALLING_SUITE,
  SIGNATURE_ALGORITHMS,
  TLS_VERSIONS,
  type TlsVersion,
} from './tls-numbers.ts';

/** An extension by its number, for what has no option of its own. */
export interface RawExtension {
  readonly type: number;
  readonly data: Buffer;
}

/** Groups for which a key is made where only the name is given; its private part is thrown away. */
type GeneratedShare = 'x25519' | 'secp256r1';

export interface KeyShare {
  readonly group: GroupName;
  readonly publicKey: Buffer;
}

/** What a ClientHello offers. Nothing here depends on what the TLS library of this machine can do. */
export interface ClientHelloOptions {
  /**
   * The highest version, which for TLS 1.3 is the only one (RFC 8446 §4.2.1). A server of an older
   * protocol may answer with a lower version: the answer tells it.
   */
  readonly version: TlsVersion;
  /** Numbers of the cipher suites, most preferred first. Default for TLS 1.3: all of its suites. */
  readonly cipherSuites?: readonly number[];
  readonly serverName?: string;
  readonly alpn?: readonly string[];
  /** Named groups, most preferred first. */
  readonly groups?: readonly GroupName[];
  /** Groups with a key share, TLS 1.3 only; without one the server must ask for it (RFC 8446 §4.1.4). */
  readonly keyShares?: readonly (GeneratedShare | KeyShare)[];
  /** Compression methods; default: none but the null method. */
  readonly compression?: readonly number[];
  /** RFC 7627; default true. */
  readonly extendedMasterSecret?: boolean;
  /** RFC 5746: as extension, for SSL 3.0 as signalling suite; default true. */
  readonly renegotiationInfo?: boolean;
  /** RFC 7366; default false. */
  readonly encryptThenMac?: boolean;
  /** Asks for a session ticket (RFC 5077); default false. */
  readonly sessionTicket?: boolean;
  /** RFC 7507: claims that a higher version was refused before; default false. */
  readonly fallback?: boolean;
  /** The `early_data` extension (RFC 8446 §4.2.10) without a ticket that would allow it; default false. */
  readonly earlyData?: boolean;
  /** Further extensions, last. */
  readonly extensions?: readonly RawExtension[];
  /** 32 octets; default random. */
  readonly random?: Buffer;
}

const DEFAULT_GROUPS: readonly GroupName[] = [
  'x25519',
  'secp256r1',
  'secp384r1',
  'secp521r1',
  'x448',
  'ffdhe2048',
  'ffdhe3072',
  'ffdhe4096',
];

/**
 * A ClientHello in its record (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2, RFC 6101 §5.6.1.2).
 * @throws Error when there is no cipher suite, or a part is longer than its length field allows
 */
export function clientHello(options: ClientHelloOptions): Buffer {
  const tls13 = options.version === 'TLSv1.3';
  const suites = [...(options.cipherSuites ?? (tls13 ? TLS13_SUITES.map(({ number }) => number) : []))];
  if (suites.length === 0)
    throw new Error(`A ClientHello of ${options.version} needs at least one cipher suite.`);
  if (options.version === 'SSLv3' && (options.renegotiationInfo ?? true))
    suites.push(SIGNALLING_SUITE.renegotiationInfo);
  if (options.fallback) suites.push(SIGNALLING_SUITE.fallback);
  const version = tls13 ? TLS_VERSIONS['TLSv1.2'] : TLS_VERSIONS[options.version];
  const extensions = extensionsOf(options);
  const body = Buffer.concat([
    uint16(version),
    options.random ?? randomBytes(32),
    // TLS 1.3 servers answer middleboxes by the session id of an older version (RFC 8446 appendix D.4).
    vector(1, tls13 ? randomBytes(32) : Buffer.alloc(0)),
    vector(2, Buffer.concat(suites.map(uint16))),
    vector(1, Buffer.from(options.compression ?? [COMPRESSION.null])),
    ...(extensions.length > 0 ? [vector(2, Buffer.concat(extensions))] : []),
  ]);
  const message = Buffer.concat([Buffer.from([HANDSHAKE.clientHello]), vector(3, body)]);
  // RFC 8446 §5.1: the record of a first ClientHello says TLS 1.0, for old servers and middleboxes.
  const recordVersion = options.version === 'SSLv3' ? TLS_VERSIONS.SSLv3 : TLS_VERSIONS.TLSv1;
  return Buffer.concat([Buffer.from([RECORD.handshake]), uint16(recordVersion), vector(2, message)]);
}

function extensionsOf(options: ClientHelloOptions): Buffer[] {
  const extra = (options.extensions ?? []).map(({ type, data }) => extension(type, data));
  // SSL 3.0 knows no extensions, and some of its servers refuse them.
  if (options.version === 'SSLv3') return extra;
  const { serverName, alpn, groups = DEFAULT_GROUPS } = options;
  const tls13 = options.version === 'TLSv1.3';
  const offered: (Buffer | undefined)[] = [
    // An address is no host name of the extension (RFC 6066, section 3).
    serverName === undefined || isIP(serverName) !== 0
      ? undefined
      : extension(
          EXTENSION.serverName,
          vector(2, Buffer.concat([Buffer.of(0), vector(2, Buffer.from(serverName))])),
        ),
    extension(
      EXTENSION.supportedGroups,
      vector(2, Buffer.concat(groups.map((name) => uint16(GROUPS[name])))),
    ),
    extension(EXTENSION.ecPointFormats, vector(1, Buffer.of(0))),
    options.version === 'TLSv1.2' || tls13
      ? extension(EXTENSION.signatureAlgorithms, vector(2, Buffer.concat(SIGNATURE_ALGORITHMS.map(uint16))))
      : undefined,
    alpn &&
      extension(EXTENSION.alpn, vector(2, Buffer.concat(alpn.map((name) => vector(1, Buffer.from(name)))))),
    options.encryptThenMac ? extension(EXTENSION.encryptThenMac) : undefined,
    (options.extendedMasterSecret ?? true) ? extension(EXTENSION.extendedMasterSecret) : undefined,
    options.sessionTicket ? extension(EXTENSION.sessionTicket) : undefined,
    (options.renegotiationInfo ?? true)
      ? extension(EXTENSION.renegotiationInfo, vector(1, Buffer.alloc(0)))
      : undefined,
    ...(tls13 ? tls13Extensions(options) : []),
    options.earlyData ? extension(EXTENSION.earlyData) : undefined,
  ];
  return [...offered.filter((each) => each !== undefined), ...extra];
}

function tls13Extensions({ keyShares = ['x25519', 'secp256r1'] }: ClientHelloOptions): Buffer[] {
  const shares = keyShares
    .map((share) => (typeof share === 'string' ? { group: share, publicKey: publicKey(share) } : share))
    .map((share) => Buffer.concat([uint16(GROUPS[share.group]), vector(2, share.publicKey)]));
  const pskWithDh = 1;
  return [
    extension(EXTENSION.supportedVersions, vector(1, uint16(TLS_VERSIONS['TLSv1.3']))),
    extension(EXTENSION.pskKeyExchangeModes, vector(1, Buffer.of(pskWithDh))),
    extension(EXTENSION.keyShare, vector(2, Buffer.concat(shares))),
  ];
}

/** The handshake goes no further than the answer: the private part is not needed. */
function publicKey(group: GeneratedShare): Buffer {
  if (group === 'secp256r1') return createECDH('prime256v1').generateKeys();
  const { x = '' } = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });
  return Buffer.from(x, 'base64url');
}

function extension(type: number, data: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([uint16(type), vector(2, data)]);
}

function uint16(value: number): Buffer {
  const octets = Buffer.alloc(2);
  octets.writeUInt16BE(value);
  return octets;
}

/** A length of `size` octets, and the content (RFC 8446 §3.4). */
function vector(size: 1 | 2 | 3, content: Buffer): Buffer {
  const length = Buffer.alloc(size);
  length.writeUIntBE(content.length, 0, size);
  return Buffer.concat([length, content]);
}
