import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { CertificateStore } from '../certificates/store.ts';
import { keyOf } from '../dns/names.ts';
import { createJournal, type Journal } from '../journal/journal.ts';
import { closeServer, type Endpoint, listen, peerOf } from '../wire/listen.ts';
import { pause } from '../wire/pause.ts';
import type { HostSettings, RouteSettings } from './hosts.ts';

/** One request, or one TLS handshake that did not lead to a request. */
export interface WebRequest {
  /** ISO 8601. */
  time: string;
  source: Endpoint;
  /** From SNI; null when the client sent none. */
  serverName: string | null;
  tlsVersion: string | null;
  /** The Host header; null when no request came. */
  host: string | null;
  method: string | null;
  /** With the query. */
  path: string | null;
  headers: Record<string, string>;
  /** What a client uploads, a TLS report for instance; the first megabyte. */
  body: Buffer;
  /** The status of the answer; null when none was sent. */
  status: number | null;
  /** Why the handshake failed. */
  failure: { code: string; message: string } | null;
}

export interface WebServer {
  readonly endpoint: Endpoint;
  readonly requests: Journal<WebRequest>;
  publish(host: HostSettings): void;
  withdraw(host: string): boolean;
  hosts(): string[];
  clear(): void;
  close(): Promise<void>;
}

const LARGEST_UPLOAD = 1_048_576;

/**
 * Starts an HTTPS server whose certificate depends on the name asked for. A client that asks for a name
 * that was not published, or for none, fails in the handshake.
 * @param remembered most requests that are kept
 */
export async function startWebServer(
  at: Endpoint,
  certificates: CertificateStore,
  remembered = 20_000,
): Promise<WebServer> {
  const hosts = new Map<string, HostSettings>();
  const requests = createJournal<WebRequest>(remembered);
  const stop = new AbortController();

  const contextFor = async (name: string): Promise<SecureContext> => {
    const host = hosts.get(keyOf(name));
    if (host === undefined) throw new Error(`no host ${name} is published`);
    const issued = await certificates.issue(host.certificate);
    return createSecureContext({ cert: issued.chain, key: issued.key, ciphers: 'DEFAULT@SECLEVEL=0' });
  };

  const server = createServer(
    {
      ciphers: 'DEFAULT@SECLEVEL=0',
      SNICallback: (name, done) =>
        void contextFor(name).then(
          (context) => done(null, context),
          (problem: Error) => done(problem),
        ),
    },
    (request, response) =>
      void answer(request, response).catch(() => {
        // What was published cannot be said in HTTP.
        response.destroy();
      }),
  );

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const connection = describeConnection(request.socket);
    const tlsVersion = request.socket instanceof TLSSocket ? request.socket.getProtocol() : null;
    const body = await readBody(request);
    const host = hosts.get(keyOf((request.headers.host ?? '').replace(/:\d+$/, '')));
    const path = (request.url ?? '').split('?')[0];
    const route = host?.routes.find((candidate) => candidate.path === path);
    const entry: WebRequest = {
      ...connection,
      tlsVersion,
      host: request.headers.host ?? null,
      method: request.method ?? null,
      path: request.url ?? null,
      headers: headersOf(request),
      body,
      status: route?.status ?? 404,
    };
    requests.append(entry);
    await pause(route?.delayMs ?? 0, stop.signal);
    if (response.destroyed) return;
    response.on('error', () => {
      // The client went away; the request is in the journal.
    });
    response.writeHead(route?.status ?? 404, route?.headers ?? { 'content-type': 'text/plain' });
    response.end(route === undefined ? 'not published\n' : bodyOf(route));
  };

  server.on('tlsClientError', (problem: NodeJS.ErrnoException, socket: Socket) =>
    requests.append({
      ...describeConnection(socket),
      failure: { code: problem.code ?? problem.name, message: problem.message },
    }),
  );
  // Owned here because `closeAllConnections` leaves out those that have not finished their handshake.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const endpoint = await listen(server, at);

  return {
    endpoint,
    requests,
    publish: (host) => void hosts.set(host.host, host),
    withdraw: (host) => hosts.delete(keyOf(host)),
    hosts: () => [...hosts.keys()],
    clear: () => hosts.clear(),
    close() {
      stop.abort();
      requests.close();
      return closeServer(server, sockets);
    },
  };
}

function describeConnection(socket: Socket): WebRequest {
  const serverName: unknown = socket instanceof TLSSocket ? Reflect.get(socket, 'servername') : null;
  return {
    time: new Date().toISOString(),
    source: peerOf(socket),
    serverName: typeof serverName === 'string' ? serverName : null,
    // Not asked here: `getProtocol` crashes Node 24 on a socket that was destroyed in its handshake.
    tlsVersion: null,
    host: null,
    method: null,
    path: null,
    headers: {},
    body: Buffer.alloc(0),
    status: null,
    failure: null,
  };
}

function bodyOf(route: RouteSettings): Buffer {
  const missing = route.fillTo - route.body.length;
  return missing > 0 ? Buffer.concat([route.body, Buffer.alloc(missing, '\n')]) : route.body;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let kept = 0;
  try {
    for await (const part of request) {
      if (!(part instanceof Buffer) || kept >= LARGEST_UPLOAD) continue;
      parts.push(part);
      kept += part.length;
    }
  } catch {
    // The client broke off; what came before is recorded.
  }
  return Buffer.concat(parts).subarray(0, LARGEST_UPLOAD);
}

/** Authorization is kept out of every record. */
function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = name === 'authorization' ? '(redacted)' : [value ?? ''].flat().join(', ');
  return headers;
}

export interface RequestFilter {
  /** The name in SNI or in the Host header, whatever the case. */
  host?: string;
  /** Without the query. */
  path?: string;
  /** Only handshakes that failed, or only requests. */
  failed?: boolean;
}

export function matchesRequest(request: WebRequest, { host, path, failed }: RequestFilter): boolean {
  const names = [request.serverName ?? '', (request.host ?? '').replace(/:\d+$/, '')].map(keyOf);
  return (
    (host === undefined || names.includes(keyOf(host))) &&
    (path === undefined || request.path?.split('?')[0] === path) &&
    (failed === undefined || (request.failure !== null) === failed)
  );
}
