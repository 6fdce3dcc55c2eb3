import type { Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import type { ClientHello } from './client-hello.ts';

/** What is known of one attempt to encrypt a connection. */
export interface TlsFacts {
  established: boolean;
  /** `TLSv1.3` and so on; null when no handshake was completed. */
  version: string | null;
  /** IANA name of the cipher suite. */
  cipher: string | null;
  /** From SNI (RFC 6066 3). */
  serverName: string | null;
  applicationProtocol: string | null;
  clientCertificate: ClientCertificate | null;
  clientHello: ClientHello | null;
  /** Why the handshake failed, as the TLS library put it. */
  failure: { code: string; message: string } | null;
  /** What the client sent after a ServerHello that it must not take; null where it got none. */
  clientAnswer: Buffer | null;
}

export interface ClientCertificate {
  subject: string;
  /** SHA-256, hexadecimal digits with colons. */
  fingerprint: string;
  /** DER. */
  raw: Buffer;
}

/**
 * Runs the server's side of a handshake on a connection from which nobody reads any more. Octets already
 * read must have been put back with `unshift`. The socket is null when the handshake failed.
 */
export function acceptTls(
  connection: Socket,
  options: TlsOptions,
  clientHello: ClientHello | null,
): Promise<{ socket: TLSSocket | null; facts: TlsFacts }> {
  return new Promise((resolve) => {
    // A server that never listens: Node documents handing it connections by this event.
    const server = createServer(options);
    const failed = (problem: NodeJS.ErrnoException): void =>
      resolve({
        socket: null,
        facts: {
          ...NOTHING,
          serverName: clientHello?.serverName ?? null,
          clientHello,
          failure: { code: problem.code ?? problem.name, message: problem.message },
        },
      });
    server.on('tlsClientError', failed);
    server.on('secureConnection', (socket) =>
      resolve({ socket, facts: { ...factsOf(socket), clientHello } }),
    );
    server.emit('connection', connection);
  });
}

const NOTHING: TlsFacts = {
  established: false,
  version: null,
  cipher: null,
  serverName: null,
  applicationProtocol: null,
  clientCertificate: null,
  clientHello: null,
  failure: null,
  clientAnswer: null,
};

/** The facts when a client went away, or was sent away, before any handshake. */
export function noHandshake(clientHello: ClientHello | null, code: string, message: string): TlsFacts {
  return {
    ...NOTHING,
    serverName: clientHello?.serverName ?? null,
    clientHello,
    failure: { code, message },
  };
}

function factsOf(socket: TLSSocket): TlsFacts {
  const certificate = socket.getPeerX509Certificate();
  const serverName: unknown = Reflect.get(socket, 'servername');
  return {
    ...NOTHING,
    established: true,
    version: socket.getProtocol(),
    cipher: socket.getCipher().standardName,
    serverName: typeof serverName === 'string' ? serverName : null,
    applicationProtocol: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    clientCertificate:
      certificate === undefined
        ? null
        : {
            subject: certificate.subject,
            fingerprint: certificate.fingerprint256,
            raw: certificate.raw,
          },
  };
}
