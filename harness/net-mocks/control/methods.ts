import type { IncomingMessage } from 'node:http';
import { describe, InputError } from '../input/parse.ts';
import type { LabCore } from '../lab/assemble-lab.ts';
import { writeJson } from './json.ts';

export type Method = (input: unknown, signal: AbortSignal) => Promise<unknown>;

/** What a request over HTTP is answered with. */
export interface Answer {
  status: number;
  content: unknown;
}

export function failure(status: number, error: string): Answer {
  return { status, content: { error } };
}

/** Every method of a lab under its path; nothing else of the object can be reached. */
export function methodsOf(lab: LabCore): Map<string, Method> {
  const { endpoints, reset, close: _close, ...topics } = lab;
  const methods = new Map<string, Method>([
    ['/endpoints', endpoints],
    ['/reset', reset],
  ]);
  for (const [topic, functions] of Object.entries<Record<string, Method>>(topics))
    for (const [name, method] of Object.entries(functions)) methods.set(`/${topic}/${name}`, method);
  return methods;
}

/**
 * Calls the method that a request names, with its JSON argument.
 * @param largest octets that the argument may have
 * @throws what the method throws; `explain` makes an answer of it
 */
export async function callMethod(
  request: IncomingMessage,
  methods: ReadonlyMap<string, Method>,
  signal: AbortSignal,
  largest: number,
): Promise<Answer> {
  const path = pathOf(request);
  const method = methods.get(path);
  if (method === undefined) return failure(404, `there is no method ${describe(path)}; GET / lists them`);
  if (request.method !== 'POST') return failure(405, `${path} is called by POST, not by ${request.method}`);
  // A page in a browser cannot send this type to another site without asking it first.
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  const body = await readBody(request, largest);
  if (body === null) return failure(413, `the request is larger than ${largest} octets`);
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
}

/** The path that a request names, without the query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?')[0] ?? '';
}

export function explain(problem: unknown): Answer {
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

async function readBody(request: IncomingMessage, largest: number): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of request) {
    if (!(part instanceof Buffer)) continue;
    octets += part.length;
    if (octets <= largest) parts.push(part);
  }
  return octets > largest ? null : Buffer.concat(parts);
}

/** An answer as it is sent. One that is longer than a text can be is an error of its own. */
export function writtenOf(answer: Answer): { readonly status: number; readonly text: string } {
  try {
    return { status: answer.status, text: writeJson(answer.content ?? null) };
  } catch (problem) {
    const { status, content } = explain(problem);
    return { status, text: writeJson(content ?? null) };
  }
}
