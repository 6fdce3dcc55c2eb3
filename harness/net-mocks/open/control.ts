import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Answer, callMethod, explain, type Method, writtenOf } from '../control/methods.ts';
import { type ControlServer, carries } from '../control/server.ts';
import { InputError } from '../input/parse.ts';
import { closeServer, listen, peerOf } from '../wire/listen.ts';
import { type Allowance, networkOf, type Places } from './allowance.ts';
import type { OpenLabSettings } from './options.ts';
import type { OpenRun, Runs } from './runs.ts';

const LARGEST_REQUEST = 4_194_304;
/** Who has not asked by then is left, in milliseconds. */
const REQUEST_MS = 15_000;

/**
 * The control interface of an open lab, over TLS alone. The token of the operator opens runs; the token of a run calls
 * the methods of its lab, and connects to its targets by CONNECT. Whoever has neither is answered 401 and no word more,
 * and soon nothing.
 * @param describe what whoever opened a run must know of it
 */
export async function startOpenControl(
  settings: OpenLabSettings,
  runs: Runs,
  describe: (open: OpenRun) => Promise<unknown>,
  { wrongTokens, places }: { readonly wrongTokens: Allowance; readonly places: Places },
): Promise<ControlServer> {
  const sockets = new Set<Socket>();
  const server = createServer(
    {
      cert: settings.certificate.chain,
      key: settings.certificate.key,
      minVersion: 'TLSv1.2',
      requestTimeout: REQUEST_MS,
      headersTimeout: REQUEST_MS,
      handshakeTimeout: REQUEST_MS,
    },
    (request, response) => {
      const gone = new AbortController();
      response.on('close', () => gone.abort());
      void answer(request, response, gone.signal);
    },
  );
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    const gone = new Promise((resolve) => socket.once('close', resolve));
    void gone.then(() => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (!places.take(peerOf(socket).address, gone)) socket.destroy();
  });
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on('error', () => client.destroy());
    const open = runs.withToken(request.headers.authorization);
    if (open === undefined) {
      void isTooMany(request);
      client.destroy();
      return;
    }
    open.touch();
    void open.run.tunnels.open(request, client, head);
  });

  const isTooMany = (request: IncomingMessage): boolean =>
    !wrongTokens.take(networkOf(request.socket.remoteAddress ?? ''));

  const operator = new Map<string, Method>([
    ['/runs/open', async (input) => describe(await runs.open(input))],
  ]);
  const ofRun = (open: OpenRun): ReadonlyMap<string, Method> =>
    new Map<string, Method>([
      ...open.methods,
      ['/runs/renew', async () => null],
      ['/runs/close', async () => runs.end(open)],
    ]);
  /** The same methods, until the run has ended: that may be while a request for it is still on the way. */
  const whileThere = (open: OpenRun): ReadonlyMap<string, Method> =>
    new Map(
      Array.from(ofRun(open), ([path, method]): [string, Method] => [
        path,
        async (input, signal) => {
          if (!runs.has(open)) throw new InputError('', 'the run has ended');
          return method(input, signal);
        },
      ]),
    );

  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> => {
    const given = await handle(request, signal).catch(explain);
    if (response.destroyed) return;
    if (given === 'nobody') {
      if (isTooMany(request)) request.socket.destroy();
      else response.writeHead(401, { connection: 'close', 'content-length': 0 }).end();
      return;
    }
    const written = writtenOf(given);
    response.writeHead(written.status, { 'content-type': 'application/json' });
    response.end(written.text);
  };

  const handle = async (request: IncomingMessage, signal: AbortSignal): Promise<Answer | 'nobody'> => {
    if (carries(request, settings.token)) return callMethod(request, operator, signal, LARGEST_REQUEST);
    const open = runs.withToken(request.headers.authorization);
    if (open === undefined) return 'nobody';
    open.touch();
    return callMethod(request, whileThere(open), signal, LARGEST_REQUEST);
  };

  const endpoint = await listen(server, settings.control);
  return { endpoint, close: () => closeServer(server, sockets) };
}
