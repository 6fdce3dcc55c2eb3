import 'reflect-metadata';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type SecureContextOptions, TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { createRecorder, type Recorder } from '../evidence/recorder.ts';
import type { Endpoint } from '../model/endpoint.ts';
import { LF, line } from './bytes.ts';
import { type Connection, type ConnectOptions, openConnection } from './connection.ts';

/** One connection of a scripted server. Reads end with an error when the client has gone. */
export interface ScriptedPeer {
  readonly socket: Socket;
  /** Address and port of the client. */
  readonly clientAddress: string;
  /** Octets of each 'data' event so far, in the order in which they came. */
  readonly segments: readonly Buffer[];
  /** The next line, octets as Latin-1, without its terminator. */
  readLine(): Promise<string>;
  readOctets(count: number): Promise<Buffer>;
  /** Lines, each ended by CRLF, or octets as they are, in one write. */
  write(...content: readonly (string | Buffer)[]): Promise<void>;
  /** Starts TLS as server; what was read ahead stays in the clear buffer and is lost. */
  startTls(options: SecureContextOptions): Promise<void>;
  /** Ends with FIN. */
  end(): void;
  /** Ends with RST. */
  reset(): void;
}

export type Script = (peer: ScriptedPeer) => Promise<void>;

export interface ScriptedServer extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /** What a script threw, unless its client had gone. */
  readonly failures: readonly unknown[];
}

class ClientGone extends Error {}

/** A server on loopback that runs `script` on every connection, and ends the connection after it. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const open = new Set<Socket>();
  const failures: unknown[] = [];
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    const peer = createPeer(socket);
    script(peer)
      .catch((thrown: unknown) => {
        if (!(thrown instanceof ClientGone)) failures.push(thrown);
      })
      .finally(() => peer.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: { host: '127.0.0.1', port },
    failures,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function createPeer(tcp: Socket): ScriptedPeer {
  let stream: Socket = tcp;
  let buffer: Buffer = Buffer.alloc(0);
  let gone = false;
  let wake = () => {};
  const segments: Buffer[] = [];
  const onData = (chunk: Buffer) => {
    segments.push(chunk);
    buffer = Buffer.concat([buffer, chunk]);
    wake();
  };
  const onGone = () => {
    gone = true;
    wake();
  };
  const attach = (to: Socket) => {
    stream = to;
    to.on('data', onData);
    to.on('end', onGone);
    to.on('close', onGone);
    to.on('error', onGone);
  };
  attach(tcp);

  async function until<T>(take: () => T | undefined): Promise<T> {
    for (;;) {
      const value = take();
      if (value !== undefined) return value;
      if (gone) throw new ClientGone('The client has gone.');
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  return {
    get socket() {
      return stream;
    },
    clientAddress: `${tcp.remoteAddress}:${tcp.remotePort}`,
    segments,
    readLine: () =>
      until(() => {
        const at = buffer.indexOf(LF);
        if (at < 0) return undefined;
        const text = buffer.subarray(0, at).toString('latin1').replace(/\r$/, '');
        buffer = buffer.subarray(at + LF.length);
        return text;
      }),
    readOctets: (count) =>
      until(() => {
        if (buffer.length < count) return undefined;
        const octets = buffer.subarray(0, count);
        buffer = buffer.subarray(count);
        return octets;
      }),
    write(...content) {
      const bytes = Buffer.concat(content.map((part) => (typeof part === 'string' ? line(part) : part)));
      return new Promise((resolve) => {
        stream.write(bytes, () => resolve());
      });
    },
    async startTls(options) {
      tcp.removeListener('data', onData);
      tcp.pause();
      const secure = new TLSSocket(tcp, { isServer: true, ...options });
      await once(secure, 'secure');
      buffer = Buffer.alloc(0);
      attach(secure);
    },
    end: () => void stream.end(),
    reset: () => void tcp.resetAndDestroy(),
  };
}

/** A connection of the harness to a scripted server, closed by disposal. */
export async function connectTo(
  server: ScriptedServer,
  options: Partial<ConnectOptions> = {},
): Promise<{ readonly connection: Connection; readonly recorder: Recorder } & Disposable> {
  const recorder = options.recorder ?? createRecorder();
  const connection = await openConnection({
    endpoint: server.endpoint,
    role: 'test',
    number: 1,
    replyMs: 5_000,
    ...options,
    recorder,
  });
  return { connection, recorder, [Symbol.dispose]: () => connection.close() };
}

/** Key and self-signed certificate for `localhost` in PEM. */
export async function testCertificate(family: 'EC' | 'RSA' = 'EC'): Promise<{ key: string; cert: string }> {
  const algorithm =
    family === 'EC'
      ? { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
      : {
          name: 'RSASSA-PKCS1-v1_5',
          hash: 'SHA-256',
          modulusLength: 2048,
          publicExponent: new Uint8Array([1, 0, 1]),
        };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=localhost',
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: algorithm,
    keys,
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
    cert: certificate.toString('pem'),
  };
}
