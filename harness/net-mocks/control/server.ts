import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { LabCore } from '../lab/assemble-lab.ts';
import { closeServer, type Endpoint, listen } from '../wire/listen.ts';
import { type Answer, callMethod, explain, failure, methodsOf, pathOf, writtenOf } from './methods.ts';

export interface ControlServer {
  readonly endpoint: Endpoint;
  close(): Promise<void>;
}

const LARGEST_REQUEST = 33_554_432;

/**
 * Offers a lab over HTTP: POST /topic/method with the JSON argument, and /endpoints and /reset. A wrong
 * argument is answered 400 with a sentence. With a token, requests without it are answered 401.
 */
export async function startControl(lab: LabCore, at: Endpoint, token?: string): Promise<ControlServer> {
  const methods = methodsOf(lab);
  const sockets = new Set<Socket>();

  const server = createServer((request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    void answer(request, response, gone.signal);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> => {
    const written = writtenOf(await handle(request, signal).catch(explain));
    if (response.destroyed) return;
    response.writeHead(written.status, { 'content-type': 'application/json' });
    response.end(written.text);
  };

  const handle = async (request: IncomingMessage, signal: AbortSignal): Promise<Answer> => {
    if (token !== undefined && !carries(request, token))
      return failure(401, 'the bearer token is missing or wrong');
    if (pathOf(request) === '/' && request.method === 'GET')
      return { status: 200, content: { methods: [...methods.keys()], ...(await lab.endpoints()) } };
    return callMethod(request, methods, signal, LARGEST_REQUEST);
  };

  const endpoint = await listen(server, at);
  return { endpoint, close: () => closeServer(server, sockets) };
}

/** Whether a request carries a bearer token (RFC 6750 2.1). */
export function carries(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
