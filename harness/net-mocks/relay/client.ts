import { request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { isIPv6, Socket } from 'node:net';
import { type ControlTrust, trusting } from '../control/trust.ts';
import type { Endpoint } from '../wire/listen.ts';

/** A relay that did not connect: its HTTP status and, when the destination failed, the system error. */
export class RelayError extends Error {
  override readonly name = 'RelayError';
  readonly status: number;
  readonly code: string | null;

  constructor(status: number, code: string | null, sentence: string) {
    super(sentence);
    this.status = status;
    this.code = code;
  }
}

/** What a relay of an open lab wants: TLS, and the token of a run. */
export interface RelaySecurity {
  token: string;
  trust?: ControlTrust;
}

/**
 * Opens a connection through a relay. The socket belongs to the caller; octets that came early are still in
 * it. Rejects with `RelayError` when the relay refused or could not connect.
 * @param from the address that the connection is to come from, at a relay that has several
 * @param security at a relay after TLS
 */
export function connectThroughRelay(
  relay: Endpoint,
  to: Endpoint,
  signal?: AbortSignal,
  from?: string,
  security?: RelaySecurity,
): Promise<Socket> {
  const host = isIPv6(to.address) ? `[${to.address}]` : to.address;
  return new Promise((resolve, reject) => {
    const headers = {
      ...(from === undefined ? {} : { 'source-address': from }),
      ...(security === undefined ? {} : { authorization: `Bearer ${security.token}` }),
    };
    const asked = (security === undefined ? request : requestSecurely)({
      ...(security?.trust ? trusting(security.trust) : {}),
      host: relay.address,
      port: relay.port,
      method: 'CONNECT',
      path: `${host}:${to.port}`,
      agent: false,
      headers,
      ...(signal === undefined ? {} : { signal }),
    });
    asked.on('error', reject);
    asked.on('connect', (response, socket, head) => {
      if (!(socket instanceof Socket)) return reject(new Error('expected a TCP socket from the HTTP client'));
      const status = response.statusCode ?? 0;
      if (status === 200) {
        if (head.length > 0) socket.unshift(head);
        return resolve(socket);
      }
      const code = response.headers['x-error-code'];
      socket.destroy();
      reject(
        new RelayError(
          status,
          typeof code === 'string' ? code : null,
          `the relay did not connect to ${host} port ${to.port}: ${status}, ${head.toString('latin1').trim()}`,
        ),
      );
    });
    asked.end();
  });
}
