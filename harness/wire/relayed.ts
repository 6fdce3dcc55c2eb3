import type { Socket } from 'node:net';
import type { Endpoint } from '../model/endpoint.ts';
import type { LabSecurity } from '../model/lab-access.ts';
import { afterOwnTime } from './deadline.ts';
import { RelayFailed, Unreachable } from './failures.ts';
import { writtenEndpoint } from './written-endpoint.ts';

/** A relay, and the address that it is to connect from where it has several. */
export interface Relayed {
  readonly relay: Endpoint;
  readonly from?: string;
  /** What a relay in the open wants. */
  readonly security?: LabSecurity;
}

/**
 * Opens a TCP connection through an HTTP CONNECT relay. Nothing that the server sent early is lost.
 * @throws Unreachable when the relay could not reach the server within the time; RelayFailed when the
 *   relay itself did not answer or refused
 */
export async function openRelayed(
  { relay, from, security }: Relayed,
  to: Endpoint,
  withinMs: number,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  const { connectThroughRelay, RelayError } = await import('net-mocks');
  const server = writtenEndpoint(to);
  // Ended with the attempt: a signal that fired later would cut the connection that was made.
  const late = new AbortController();
  const timer = afterOwnTime(withinMs, () => late.abort());
  try {
    const socket = await connectThroughRelay(
      { address: relay.host, port: relay.port },
      { address: to.host, port: to.port },
      signal ? AbortSignal.any([signal, late.signal]) : late.signal,
      from,
      security,
    );
    // A server that resets during set-up may raise an error before anybody listens for it.
    socket.on('error', () => undefined);
    return socket;
  } catch (failure) {
    if (signal?.aborted) throw new Unreachable(server, 'EABORTED');
    if (late.signal.aborted) throw new Unreachable(server, 'ETIMEDOUT');
    if (failure instanceof RelayError && failure.code !== null) throw new Unreachable(server, failure.code);
    throw new RelayFailed(
      `The relay ${writtenEndpoint(relay)} gave no connection to ${server}: ${failure instanceof Error ? failure.message : String(failure)}`,
    );
  } finally {
    timer.cancel();
  }
}
