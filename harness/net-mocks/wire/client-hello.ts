/** What a client said in its first TLS message (RFC 8446 4.1.2), readable even when the handshake fails. */
export interface ClientHello {
  serverName: string | null;
  applicationProtocols: string[];
  /** Offered versions by name, highest first as sent; `0x….` for unknown ones such as GREASE. */
  versions: string[];
  /** How many cipher suites are offered. */
  cipherSuites: number;
  /** Their numbers, as sent. */
  suites: number[];
  /** Numbers of the offered signature algorithms (RFC 8446 4.2.3), as sent; empty without the extension. */
  signatureAlgorithms: number[];
  /** Numbers of the offered groups (RFC 8446 4.2.7), as sent; empty without the extension. */
  groups: number[];
}

const HANDSHAKE = 0x16;
const TLS_MAJOR = 0x03;
const RECORD_HEADER = 5;
const CLIENT_HELLO = 1;

const VERSION_NAMES = new Map([
  [0x0300, 'SSLv3'],
  [0x0301, 'TLSv1'],
  [0x0302, 'TLSv1.1'],
  [0x0303, 'TLSv1.2'],
  [0x0304, 'TLSv1.3'],
]);

/** Where in the octets a TLS handshake record begins; -1 when nowhere yet. */
export function findHandshake(bytes: Buffer): number {
  for (let at = bytes.indexOf(HANDSHAKE); at >= 0; at = bytes.indexOf(HANDSHAKE, at + 1))
    if (at + 1 === bytes.length || bytes[at + 1] === TLS_MAJOR) return at;
  return -1;
}

/** True when the record that begins at octet 0 is complete. */
export function holdsRecord(bytes: Buffer): boolean {
  return bytes.length >= RECORD_HEADER && bytes.length >= RECORD_HEADER + bytes.readUInt16BE(3);
}

/** Null when the octets are not a ClientHello that can be read. */
export function readClientHello(record: Buffer): ClientHello | null {
  try {
    return parse(record.subarray(RECORD_HEADER));
  } catch (problem) {
    if (problem instanceof RangeError) return null;
    throw problem;
  }
}

function parse(message: Buffer): ClientHello | null {
  if (message.readUInt8(0) !== CLIENT_HELLO) return null;
  const legacyVersion = message.readUInt16BE(4);
  let at = 6 + 32;
  at += 1 + message.readUInt8(at);
  const suites = message.readUInt16BE(at);
  const offered = numbersIn(message.subarray(at + 2, at + 2 + suites));
  at += 2 + suites;
  at += 1 + message.readUInt8(at);
  const hello: ClientHello = {
    serverName: null,
    applicationProtocols: [],
    versions: [versionName(legacyVersion)],
    cipherSuites: suites / 2,
    suites: offered,
    signatureAlgorithms: [],
    groups: [],
  };
  if (at >= message.length) return hello;
  const end = at + 2 + message.readUInt16BE(at);
  at += 2;
  while (at < end) {
    const type = message.readUInt16BE(at);
    const length = message.readUInt16BE(at + 2);
    readExtension(type, message.subarray(at + 4, at + 4 + length), hello);
    at += 4 + length;
  }
  return hello;
}

function readExtension(type: number, body: Buffer, hello: ClientHello): void {
  if (type === 0 && body.length > 5) hello.serverName = body.toString('latin1', 5, 5 + body.readUInt16BE(3));
  if (type === 16)
    for (let at = 2; at < body.length; at += 1 + body.readUInt8(at))
      hello.applicationProtocols.push(body.toString('latin1', at + 1, at + 1 + body.readUInt8(at)));
  if (type === 10) hello.groups = numbersIn(body.subarray(2));
  if (type === 13) hello.signatureAlgorithms = numbersIn(body.subarray(2));
  if (type === 43) {
    hello.versions = [];
    for (let at = 1; at + 1 < body.length; at += 2) hello.versions.push(versionName(body.readUInt16BE(at)));
  }
}

function numbersIn(list: Buffer): number[] {
  return Array.from({ length: Math.floor(list.length / 2) }, (_, index) => list.readUInt16BE(index * 2));
}

function versionName(number: number): string {
  return VERSION_NAMES.get(number) ?? `0x${number.toString(16).padStart(4, '0')}`;
}
