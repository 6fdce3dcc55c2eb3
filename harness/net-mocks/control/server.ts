import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describe, InputError } from '../input/parse.ts';
import type { LabCore } from '../lab/assemble-lab.ts';
import { closeServer, type Endpoint, listen } from '../wire/listen.ts';
import { writeJson } from './json.ts';

export interface ControlServer {
  readonly endpoint: Endpoint;
  close(): Promise<void>;
}

const LARGEST_REQUEST = 33_554_432;

type Method = (input: unknown, signal: AbortSignal) => Promise<unknown>;

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
    const { status, content } = await handle(request, signal).catch(explain);
    if (response.destroyed) return;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(writeJson(content ?? null));
  };

  const handle = async (request: IncomingMessage, signal: AbortSignal): Promise<Answer> => {
    if (token !== undefined && !carries(request, token))
      return failure(401, 'the bearer token is missing or wrong');
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (path === '/' && request.method === 'GET')
      return { status: 200, content: { methods: [...methods.keys()], ...(await lab.endpoints()) } };
    const method = methods.get(path);
    if (method === undefined) return failure(404, `there is no method ${describe(path)}; GET / lists them`);
    if (request.method !== 'POST') return failure(405, `${path} is called by POST, not by ${request.method}`);
    // A page in a browser cannot send this type to another site without asking it first.
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    const body = await readBody(request);
    if (body === null) return failure(413, `the request is larger than ${LARGEST_REQUEST} octets`);
    if (body.length > 0 && type !== 'application/json')
      return failure(415, `expected content of type application/json, got ${describe(type)}`);
    let input: unknown;
    try {
      input = body.length === 0 ? undefined : JSON.parse(body.toString('utf8'));
    } catch (problem) {
      if (problem instanceof SyntaxError) return failure(400, `the body is not JSON: ${problem.message}`);
      throw problem;
    }
    return { status: 200, content: await method(input, signal) };
  };

  const endpoint = await listen(server, at);
  return { endpoint, close: () => closeServer(server, sockets) };
}

interface Answer {
  status: number;
  content: unknown;
}

function failure(status: number, error: string): Answer {
  return { status, content: { error } };
}

function explain(problem: unknown): Answer {
  if (problem instanceof InputError) {
    const { path, sentence, message } = problem;
    return { status: 400, content: { error: message, path, sentence } };
  }
  const message = problem instanceof Error ? problem.message : String(problem);
  const code: unknown = problem instanceof Error ? Reflect.get(problem, 'code') : undefined;
  // A system error, as a rule an address that is in use or not ours.
  if (typeof code === 'string') return { status: 409, content: { error: message, code } };
  return failure(500, message);
}

/** Every method under its path; nothing else of the object can be reached. */
function methodsOf(lab: LabCore): Map<string, Method> {
  const { endpoints, reset, close: _close, ...topics } = lab;
  const methods = new Map<string, Method>([
    ['/endpoints', endpoints],
    ['/reset', reset],
  ]);
  for (const [topic, functions] of Object.entries<Record<string, Method>>(topics))
    for (const [name, method] of Object.entries(functions)) methods.set(`/${topic}/${name}`, method);
  return methods;
}

function carries(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of request) {
    if (!(part instanceof Buffer)) continue;
    octets += part.length;
    if (octets <= LARGEST_REQUEST) parts.push(part);
  }
  return octets > LARGEST_REQUEST ? null : Buffer.concat(parts);
}
