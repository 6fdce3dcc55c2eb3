import { setTimeout as pause } from 'node:timers/promises';
import { createRecorder } from '../evidence/recorder.ts';
import { visibleExcerpt } from '../evidence/visible.ts';
import type { Endpoint } from '../model/endpoint.ts';
import { type Protocol, ROLES, type Role } from '../model/roles.ts';
import { openConnection } from '../wire/connection.ts';
import { isWireFailure } from '../wire/failures.ts';
import { writtenEndpoint } from '../wire/written-endpoint.ts';

/** How a server that is ready begins: RFC 5321 §3.1, RFC 1939 §4, RFC 3501 §7.1. */
const GREETINGS: Readonly<Record<Protocol, readonly string[]>> = {
  smtp: ['220'],
  pop3: ['+OK'],
  imap: ['* OK', '* PREAUTH'],
};

/**
 * When another connection is tried beside one that stays silent, and the pause after one that ended, in milliseconds.
 * RFC 5321 §4.5.3.2.1 lets a server greet after minutes; but a port that was open before the server listened may
 * never say a word on the connections of that time.
 */
const ANOTHER_AFTER = 5_000;
const PAUSE = 100;

/** A role that did not greet within the time, and what came of the last attempt. */
export interface Ungreeted {
  readonly role: Role;
  readonly address: string;
  readonly last: string;
}

/**
 * Waits until every endpoint greets as its protocol demands; after TLS on implicit-TLS roles. An
 * open port is not enough: engines open published ports before the server listens.
 * @param withinMs time for all of them together
 * @returns the roles that did not greet, empty when all did
 */
export async function waitForGreetings(
  endpoints: Readonly<Partial<Record<Role, Endpoint>>>,
  withinMs: number,
  signal: AbortSignal,
): Promise<readonly Ungreeted[]> {
  const deadline = performance.now() + withinMs;
  const waits = Object.entries(endpoints).map(async ([name, endpoint]): Promise<Ungreeted[]> => {
    const role = name as Role;
    const last = await waitForGreeting(role, endpoint, deadline, signal);
    return last === undefined ? [] : [{ role, address: writtenEndpoint(endpoint), last }];
  });
  return (await Promise.all(waits)).flat();
}

/** Undefined once the endpoint has greeted on any of its connections, else what came of the last one. */
async function waitForGreeting(
  role: Role,
  endpoint: Endpoint,
  deadline: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const greeted = new AbortController();
  const ended = AbortSignal.any([signal, greeted.signal]);
  const open = new Set<Promise<void>>();
  let last = 'There was no time to connect.';
  while (!ended.aborted && deadline - performance.now() > PAUSE) {
    const attempt = tryOnce(role, endpoint, deadline - performance.now(), ended).then((came) => {
      if (came === undefined) greeted.abort();
      else if (!ended.aborted) last = came;
    });
    const settled = attempt.finally(() => open.delete(settled));
    open.add(settled);
    const answered = new AbortController();
    await Promise.race([
      settled.finally(() => answered.abort()),
      // Ends early when the attempt does.
      pause(ANOTHER_AFTER, undefined, { signal: answered.signal }).catch(() => undefined),
    ]);
    if (!open.has(settled) && !ended.aborted) await pause(PAUSE);
  }
  await Promise.all(open);
  return greeted.signal.aborted ? undefined : last;
}

/** Undefined when the endpoint greeted, else what came instead. */
async function tryOnce(
  role: Role,
  endpoint: Endpoint,
  withinMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { protocol, tls } = ROLES[role];
  try {
    const connection = await openConnection({
      endpoint,
      role,
      recorder: createRecorder(),
      number: 1,
      replyMs: withinMs,
      signal,
    });
    try {
      if (tls === 'implicit') await connection.startTls();
      const { bytes } = await connection.readLine('greeting');
      const ready = GREETINGS[protocol].some((start) => bytes.toString('latin1').startsWith(start));
      return ready ? undefined : `The greeting was "${visibleExcerpt(bytes, 120)}".`;
    } finally {
      connection.close();
    }
  } catch (failure) {
    if (isWireFailure(failure)) return failure.message;
    if (signal.aborted) return 'The wait for it was ended.';
    throw failure;
  }
}
