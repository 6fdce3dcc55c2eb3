import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterOwnTime } from '../wire/deadline.ts';
import { certificatesOf } from '../wire/tls.ts';

/** What a policy host answers to GET; redirects are not followed (RFC 8461 §3.3). */
export interface FetchedPolicy {
  /** The status; null when no answer came. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** As much of it as is read. */
  readonly body: Buffer;
  /** DER, the certificate of the host first; whether it is good is for the caller to say. */
  readonly certificates: readonly Buffer[];
  /** Why no whole answer came, without full stop; null where one did. */
  readonly failure: string | null;
  /** The host took or refused a connection; false: the way to it may be closed on this side. */
  readonly reached: boolean;
}

export interface FetchOptions {
  /** Addresses of the host, in the order in which they are tried. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** For each address, in milliseconds; RFC 8461 §3.3 suggests a minute for all. */
  readonly withinMs?: number;
  readonly signal: AbortSignal;
}

const FETCH_MS = 15_000;
/** Octets: what senders are to read at least (RFC 8461 §3.2). */
export const LARGEST_POLICY = 65_536;

/**
 * GET over HTTPS from a host, under its name in TLS (SNI) and HTTP. The certificates are given as they were presented, so that who
 * asks can tell a wrong one from a host that is not there; nothing is to be believed before they are judged.
 */
export async function fetchPolicy(host: string, path: string, options: FetchOptions): Promise<FetchedPolicy> {
  let last = failed('it has no address', true);
  for (const address of options.addresses) {
    last = await fetchFrom(address, host, path, options);
    if (last.reached) break;
  }
  return last;
}

function failed(failure: string, reached: boolean): FetchedPolicy {
  return { status: null, headers: {}, body: Buffer.alloc(0), certificates: [], failure, reached };
}

function fetchFrom(
  address: string,
  host: string,
  path: string,
  { port, withinMs = FETCH_MS, signal }: FetchOptions,
): Promise<FetchedPolicy> {
  const late = new AbortController();
  const timer = afterOwnTime(withinMs, () => late.abort());
  const answer = new Promise<FetchedPolicy>((resolve) => {
    // No name is looked up here: the address comes from the resolver that was named.
    const known: LookupFunction = (_name, { all }, done) =>
      all ? done(null, [{ address, family: isIP(address) }]) : done(null, address, isIP(address));
    const asked = request(
      {
        host,
        port,
        path,
        lookup: known,
        servername: host,
        headers: { host, connection: 'close' },
        agent: false,
        rejectUnauthorized: false,
        signal: AbortSignal.any([signal, late.signal]),
      },
      (response) => {
        const { socket, statusCode = null } = response;
        const parts: Buffer[] = [];
        let length = 0;
        let failure: string | null = null;
        response.on('data', (part: Buffer) => {
          parts.push(part);
          length += part.length;
          if (length <= LARGEST_POLICY) return;
          failure = `its answer is longer than ${LARGEST_POLICY} octets`;
          response.destroy();
        });
        response.on('error', (problem) => {
          failure ??= late.signal.aborted ? tooLate(withinMs) : problem.message;
        });
        const certificates = socket instanceof TLSSocket ? certificatesOf(socket) : [];
        response.on('close', () =>
          resolve({
            status: statusCode,
            headers: Object.fromEntries(
              Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
            ),
            body: Buffer.concat(parts).subarray(0, LARGEST_POLICY),
            certificates,
            failure,
            reached: true,
          }),
        );
      },
    );
    let reached = false;
    asked.on('socket', (socket) => {
      socket.once('connect', () => {
        reached = true;
      });
    });
    asked.on('error', (problem) => {
      const why = late.signal.aborted ? tooLate(withinMs) : problem.message;
      const isRefused = 'code' in problem && problem.code === 'ECONNREFUSED';
      resolve(failed(`${why} (${address} port ${port})`, reached || isRefused));
    });
    asked.end();
  });
  return answer.finally(() => timer.cancel());
}

function tooLate(withinMs: number): string {
  return `it does not answer within ${withinMs} ms`;
}
