import { constants } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import {
  type ConnectionOptions,
  connect as connectTls,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls';
import { afterOwnTime } from './deadline.ts';
import { TlsFailed } from './failures.ts';
import { clientContext } from './secure-context.ts';
import { sentCertificates } from './sent-certificates.ts';

export interface TlsOptions {
  readonly serverName?: string;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  readonly alpn?: readonly string[];
  /** Only signatures of this family are offered, so that a server with several certificates shows that one. */
  readonly signatures?: keyof typeof SIGNATURES;
  /** OpenSSL lists of signature algorithms and groups that are offered instead of the ordinary ones. */
  readonly offers?: { readonly signatureAlgorithms?: string; readonly groups?: string };
  /** The certificates of the server are wanted as it sent them; costs a detour of every octet. */
  readonly certificatesAsSent?: boolean;
  /** PEM of a certificate with its chain, and of its key; shown where the server asks for one. */
  readonly clientCertificate?: { readonly chain: string; readonly key: string };
}

/** What was negotiated; `cipher` is the IANA name of the suite. */
export interface TlsFacts {
  readonly protocol: string;
  readonly cipher: string;
  readonly serverName: string;
}

export interface TlsSession {
  readonly socket: TLSSocket;
  readonly facts: TlsFacts;
  /**
   * DER of the certificates that the server sent, its own first; empty where the server is anonymous. Without
   * `certificatesAsSent` a path among them, each followed by its issuer as far as that was sent.
   */
  readonly peerCertificates: readonly Buffer[];
  /** RFC 9266 §2: 32 octets of keying material that bind a SASL exchange to this TLS connection. */
  tlsExporter(): Buffer;
  /** RFC 5929 §3: the first Finished message of the handshake; defined for TLS 1.2 and older only. */
  tlsUnique(): Buffer | undefined;
  /** The server sent a CertificateRequest (RFC 8446 §4.3.2, RFC 5246 §7.4.4). */
  certificateRequested(): boolean;
}

/** By key family, signature algorithms for handshakes in the notation of OpenSSL. */
const SIGNATURES = {
  rsa: [
    ...['RSA-PSS+SHA256', 'RSA-PSS+SHA384', 'RSA-PSS+SHA512'],
    ...['RSA+SHA256', 'RSA+SHA384', 'RSA+SHA512', 'RSA+SHA1'],
  ].join(':'),
  ecdsa: 'ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:ECDSA+SHA1',
} as const;

/**
 * Completes a TLS handshake as client. The certificate is not judged here: a check that cares reads
 * it from the socket; the others must reach what lies after it.
 * @throws TlsFailed when the handshake is refused, garbled, cut off or not finished within `withinMs`.
 */
export function handshake(
  tcp: Socket,
  address: string,
  withinMs: number,
  options: TlsOptions,
): Promise<TlsSession> {
  // An address is no host name of the extension (RFC 6066, section 3).
  const serverName = isIP(options.serverName ?? '') === 0 ? (options.serverName ?? '') : '';
  const secureContext = clientContext({
    // Without own authorities: Node completes what a server sent with them.
    ca: [],
    // Whatever OpenSSL still knows is offered: keys, versions and renegotiation of the server are judged
    // by checks of their own, and without this a refusal of ours would look like one of the server.
    ciphers: 'DEFAULT@SECLEVEL=0',
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
    minVersion: options.minVersion ?? 'TLSv1.2',
    ...(options.maxVersion ? { maxVersion: options.maxVersion } : {}),
    ...(options.signatures ? { sigalgs: SIGNATURES[options.signatures] } : {}),
    ...(options.offers?.signatureAlgorithms ? { sigalgs: options.offers.signatureAlgorithms } : {}),
    ...(options.offers?.groups ? { ecdhCurve: options.offers.groups } : {}),
    ...(options.clientCertificate
      ? { cert: options.clientCertificate.chain, key: options.clientCertificate.key }
      : {}),
  });
  const tapped = options.certificatesAsSent ? tap(tcp) : undefined;
  const settings: ConnectionOptions = {
    socket: tapped?.stream ?? tcp,
    rejectUnauthorized: false,
    secureContext,
    ...(serverName ? { servername: serverName } : {}),
    ...(options.alpn ? { ALPNProtocols: [...options.alpn] } : {}),
  };
  return new Promise((resolve, reject) => {
    const socket = connectTls(settings);
    let secret: Buffer | undefined;
    if (tapped) socket.on('keylog', (logged: Buffer) => (secret ??= serverHandshakeSecret(logged)));
    const timer = afterOwnTime(withinMs, () =>
      fail(`no end of the handshake within ${withinMs} ms`, withinMs),
    );
    const onError = (error: NodeJS.ErrnoException) => fail(error.code ?? error.message);
    const onClose = () => fail('the server closed the connection during the handshake');
    const settle = () => {
      timer.cancel();
      socket.removeListener('error', onError);
      socket.removeListener('close', onClose);
      // Node may report the same failure again on the destroyed socket.
      socket.on('error', () => undefined);
    };
    const fail = (reason: string, waitedMs?: number) => {
      settle();
      socket.destroy();
      reject(new TlsFailed(address, reason, waitedMs));
    };
    socket.once('error', onError);
    socket.once('close', onClose);
    socket.once('secureConnect', () => {
      settle();
      resolve({
        socket,
        facts: {
          protocol: socket.getProtocol() ?? 'unknown',
          cipher: socket.getCipher().standardName,
          serverName,
        },
        peerCertificates: (tapped && sentCertificates(tapped.taken(), secret)) ?? certificatesOf(socket),
        tlsExporter: () => socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
        tlsUnique: () => (socket.getProtocol() === 'TLSv1.3' ? undefined : socket.getFinished()),
        // A client shares signature algorithms only with a server that named its own in a request.
        certificateRequested: () => socket.getSharedSigalgs().length > 0,
      });
    });
  });
}

/** `SERVER_HANDSHAKE_TRAFFIC_SECRET`, client random and secret in hexadecimal (RFC 9850 §2). */
function serverHandshakeSecret(logged: Buffer): Buffer | undefined {
  const [label, , secret] = logged.toString('latin1').trimEnd().split(' ');
  return label === 'SERVER_HANDSHAKE_TRAFFIC_SECRET' ? Buffer.from(secret ?? '', 'hex') : undefined;
}

/** A stream over the socket that keeps what comes in, up to the moment when it is asked for. */
function tap(tcp: Socket): { readonly stream: Duplex; taken(): Buffer } {
  let kept: Buffer[] | undefined = [];
  const stream = new Duplex({
    read: () => void tcp.resume(),
    write: (chunk: Buffer, _, done) => void tcp.write(chunk, done),
    final: (done) => void tcp.end(done),
    destroy(failure, done) {
      tcp.destroy();
      done(failure);
    },
  });
  tcp.on('data', (chunk: Buffer) => {
    kept?.push(chunk);
    if (!stream.push(chunk)) tcp.pause();
  });
  tcp.on('end', () => void stream.push(null));
  tcp.on('error', (failure) => void stream.destroy(failure));
  tcp.on('close', () => void stream.destroy());
  return {
    stream,
    taken() {
      const octets = Buffer.concat(kept ?? []);
      kept = undefined;
      return octets;
    },
  };
}

/** The path that Node chose among what was sent, in DER, the certificate of the server first. */
export function certificatesOf(socket: TLSSocket): readonly Buffer[] {
  const found: Buffer[] = [];
  let next: PeerCertificate | undefined = socket.getPeerCertificate(true);
  // Node gives an empty object for no certificate, and lets a self-signed one be its own issuer.
  while (next?.raw && !found.some((one) => one.equals(next?.raw ?? one))) {
    found.push(next.raw);
    next = 'issuerCertificate' in next ? (next as DetailedPeerCertificate).issuerCertificate : undefined;
  }
  return found;
}
