/** Numbers of the TLS registries, by the names that reports use. */

export type TlsVersion = 'SSLv3' | 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

export const TLS_VERSIONS: Readonly<Record<TlsVersion, number>> = {
  SSLv3: 0x0300,
  TLSv1: 0x0301,
  'TLSv1.1': 0x0302,
  'TLSv1.2': 0x0303,
  'TLSv1.3': 0x0304,
};

/** Name of a version on the wire; `0x7f1c` for one that has none here. */
export function versionName(number: number): string {
  const found = Object.entries(TLS_VERSIONS).find(([, each]) => each === number);
  return found?.[0] ?? `0x${number.toString(16).padStart(4, '0')}`;
}

/** Content types of records (RFC 8446 §5.1). */
export const RECORD = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

/** Handshake messages (RFC 8446 §4). */
export const HANDSHAKE = {
  clientHello: 1,
  serverHello: 2,
  encryptedExtensions: 8,
  certificate: 11,
  serverKeyExchange: 12,
} as const;

/** Extensions (RFC 8446 §4.2 and the IANA registry). */
export const EXTENSION = {
  serverName: 0,
  supportedGroups: 10,
  ecPointFormats: 11,
  signatureAlgorithms: 13,
  alpn: 16,
  encryptThenMac: 22,
  extendedMasterSecret: 23,
  sessionTicket: 35,
  preSharedKey: 41,
  earlyData: 42,
  supportedVersions: 43,
  pskKeyExchangeModes: 45,
  keyShare: 51,
  renegotiationInfo: 0xff01,
} as const;

/** Named groups (RFC 8422 §5.1.1, RFC 7919 §2, RFC 8446 §4.2.7). */
export const GROUPS = {
  x25519: 29,
  x448: 30,
  secp256r1: 23,
  secp384r1: 24,
  secp521r1: 25,
  ffdhe2048: 256,
  ffdhe3072: 257,
  ffdhe4096: 258,
} as const;

export type GroupName = keyof typeof GROUPS;

/** Compression methods (RFC 3749 §2). */
export const COMPRESSION = { null: 0, deflate: 1 } as const;

/** Signature algorithms that are offered: every one that a server may have a certificate for. */
export const SIGNATURE_ALGORITHMS: readonly number[] = [
  0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501,
  0x0601, 0x0402, 0x0203, 0x0201, 0x0202, 0x0101,
];

/** Cipher suite numbers that signal something else (RFC 5746 §3.3, RFC 7507 §2). */
export const SIGNALLING_SUITE = { renegotiationInfo: 0x00ff, fallback: 0x5600 } as const;

/** Alert descriptions (RFC 8446 §6 and older versions), as the registry names them. */
const ALERTS: ReadonlyMap<number, string> = new Map([
  [0, 'close_notify'],
  [10, 'unexpected_message'],
  [20, 'bad_record_mac'],
  [21, 'decryption_failed'],
  [22, 'record_overflow'],
  [30, 'decompression_failure'],
  [40, 'handshake_failure'],
  [41, 'no_certificate'],
  [42, 'bad_certificate'],
  [43, 'unsupported_certificate'],
  [44, 'certificate_revoked'],
  [45, 'certificate_expired'],
  [46, 'certificate_unknown'],
  [47, 'illegal_parameter'],
  [48, 'unknown_ca'],
  [49, 'access_denied'],
  [50, 'decode_error'],
  [51, 'decrypt_error'],
  [60, 'export_restriction'],
  [70, 'protocol_version'],
  [71, 'insufficient_security'],
  [80, 'internal_error'],
  [86, 'inappropriate_fallback'],
  [90, 'user_canceled'],
  [100, 'no_renegotiation'],
  [109, 'missing_extension'],
  [110, 'unsupported_extension'],
  [112, 'unrecognized_name'],
  [113, 'bad_certificate_status_response'],
  [115, 'unknown_psk_identity'],
  [116, 'certificate_required'],
  [120, 'no_application_protocol'],
]);

export function alertName(description: number): string {
  return ALERTS.get(description) ?? `alert ${description}`;
}
