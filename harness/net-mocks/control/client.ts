import { Agent, type IncomingMessage, request } from 'node:http';
import { request as requestSecurely, Agent as SecureAgent } from 'node:https';
import { InputError } from '../input/parse.ts';
import type { Lab } from '../lab/lab.ts';
import { readJson, writeJson } from './json.ts';
import { type ControlTrust, trusting } from './trust.ts';

/** An answer of the control interface that is neither a result nor about the argument. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly status: number;
  /** The system error after it: EADDRINUSE, for instance. */
  readonly code: string | null;

  constructor(status: number, code: string | null, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface ControlOptions {
  token?: string;
  /** For https: whose certificate is taken; one that leads to an authority of Node when absent. */
  trust?: ControlTrust;
}

/** Calls of one control interface, over connections that are used again. */
export interface ControlCalls {
  call<T>(path: string, input?: unknown, signal?: AbortSignal): Promise<T>;
  close(): void;
}

/** Calls what a control interface has beside the methods of a lab. No request is made before the first call. */
export function controlCalls(url: string, options: ControlOptions = {}): ControlCalls {
  // Connections are used again: a wait for mail is many short calls. The agent ends those that idle.
  const agent = isSecure(url)
    ? new SecureAgent({ keepAlive: true, ...(options.trust ? trusting(options.trust) : {}) })
    : new Agent({ keepAlive: true });
  const closed = new AbortController();
  return {
    async call<T>(path: string, input?: unknown, signal?: AbortSignal): Promise<T> {
      const ends = signal === undefined ? closed.signal : AbortSignal.any([closed.signal, signal]);
      const { status, content } = await post(new URL(path, url), agent, options, input, ends).catch(
        (problem: unknown) => {
          // Closing also tears the sockets down, which can be noticed first.
          ends.throwIfAborted();
          throw problem;
        },
      );
      if (status === 200) return content as T;
      throw problemOf(status, content);
    },
    close() {
      closed.abort();
      agent.destroy();
    },
  };
}

function isSecure(url: string | URL): boolean {
  return new URL(url).protocol === 'https:';
}

/** A lab in another process, by the URL of its control interface. No request is made before the first call. */
export function connectLab(url: string, options: ControlOptions = {}): Lab {
  const { call, close } = controlCalls(url, options);
  return {
    endpoints: () => call('/endpoints'),
    dns: {
      publish: (input) => call('/dns/publish', input),
      withdraw: (input) => call('/dns/withdraw', input),
      zones: () => call('/dns/zones'),
      lookup: (input) => call('/dns/lookup', input),
      trustAnchor: () => call('/dns/trustAnchor'),
      setFaults: (input) => call('/dns/setFaults', input),
      clearFaults: (input) => call('/dns/clearFaults', input),
      queries: (input) => call('/dns/queries', input),
      waitForQuery: (input, signal) => call('/dns/waitForQuery', input, signal),
    },
    smtp: {
      open: (input) => call('/smtp/open', input),
      setScript: (input) => call('/smtp/setScript', input),
      closeServer: (input) => call('/smtp/closeServer', input),
      servers: () => call('/smtp/servers'),
      messages: (input) => call('/smtp/messages', input),
      waitForMessage: (input, signal) => call('/smtp/waitForMessage', input, signal),
      sessions: (input) => call('/smtp/sessions', input),
      waitForSession: (input, signal) => call('/smtp/waitForSession', input, signal),
    },
    mitm: {
      open: (input) => call('/mitm/open', input),
      setMode: (input) => call('/mitm/setMode', input),
      closeProxy: (input) => call('/mitm/closeProxy', input),
      proxies: () => call('/mitm/proxies'),
      sessions: (input) => call('/mitm/sessions', input),
      waitForSession: (input, signal) => call('/mitm/waitForSession', input, signal),
    },
    web: {
      publish: (input) => call('/web/publish', input),
      withdraw: (input) => call('/web/withdraw', input),
      hosts: () => call('/web/hosts'),
      fetch: (input) => call('/web/fetch', input),
      requests: (input) => call('/web/requests', input),
      waitForRequest: (input, signal) => call('/web/waitForRequest', input, signal),
    },
    relays: {
      open: (input) => call('/relays/open', input),
      closeRelay: (input) => call('/relays/closeRelay', input),
      list: () => call('/relays/list'),
      connections: (input) => call('/relays/connections', input),
      waitForConnection: (input, signal) => call('/relays/waitForConnection', input, signal),
    },
    certificates: {
      authority: () => call('/certificates/authority'),
      issue: (input) => call('/certificates/issue', input),
    },
    reset: () => call('/reset'),
    close: async () => close(),
  };
}

function post(
  url: URL,
  agent: Agent,
  options: ControlOptions,
  input: unknown,
  signal: AbortSignal,
): Promise<{ status: number; content: unknown }> {
  return new Promise((resolve, reject) => {
    const body = input === undefined ? '' : writeJson(input);
    const asked = (isSecure(url) ? requestSecurely : request)(
      url,
      {
        method: 'POST',
        agent,
        signal,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        },
      },
      (response) => {
        readAll(response).then(
          (text) =>
            resolve({ status: response.statusCode ?? 0, content: text === '' ? null : readJson(text) }),
          reject,
        );
      },
    );
    asked.on('error', (problem: NodeJS.ErrnoException) => {
      // The server closed the idle connection at the very moment it was used again, and has seen no call.
      if (asked.reusedSocket && problem.code === 'ECONNRESET' && !signal.aborted)
        resolve(post(url, agent, options, input, signal));
      else reject(problem);
    });
    asked.end(body);
  });
}

async function readAll(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) if (part instanceof Buffer) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function problemOf(status: number, content: unknown): Error {
  const field = (name: string): string | null => {
    const value: unknown =
      typeof content === 'object' && content !== null ? Reflect.get(content, name) : null;
    return typeof value === 'string' ? value : null;
  };
  const path = field('path');
  const sentence = field('sentence');
  if (status === 400 && path !== null && sentence !== null) return new InputError(path, sentence);
  return new ControlError(
    status,
    field('code'),
    field('error') ?? `the control interface answered ${status}`,
  );
}
