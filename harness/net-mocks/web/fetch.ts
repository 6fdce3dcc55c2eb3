import { request } from 'node:https';
import { TLSSocket } from 'node:tls';
import type { Endpoint } from '../wire/listen.ts';

/** What a web host answers to GET, redirects not followed. */
export interface Fetched {
  /** The status; null when no answer came. */
  status: number | null;
  headers: Record<string, string>;
  /** The first megabyte. */
  body: Buffer;
  /** DER, the certificate of the host first; whether it is good is for the caller to say. */
  certificates: Buffer[];
  /** Why no answer came. */
  failure: string | null;
}

const FETCH_MS = 5_000;
const LARGEST = 1_048_576;

/** GET over HTTPS from a host at an address, under its name. */
export function fetchFrom({ address, port }: Endpoint, host: string, path: string): Promise<Fetched> {
  const fetched: Fetched = {
    status: null,
    headers: {},
    body: Buffer.alloc(0),
    certificates: [],
    failure: null,
  };
  return new Promise((resolve) => {
    const asked = request(
      {
        host: address,
        port,
        path,
        servername: host,
        headers: { host },
        agent: false,
        rejectUnauthorized: false,
        signal: AbortSignal.timeout(FETCH_MS),
      },
      (response) => {
        fetched.status = response.statusCode ?? null;
        for (const [name, value] of Object.entries(response.headers)) fetched.headers[name] = String(value);
        if (response.socket instanceof TLSSocket) fetched.certificates = chainOf(response.socket);
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => {
          parts.push(part);
          if (parts.reduce((sum, { length }) => sum + length, 0) > LARGEST) response.destroy();
        });
        response.on('close', () => resolve({ ...fetched, body: Buffer.concat(parts).subarray(0, LARGEST) }));
      },
    );
    asked.on('error', (problem) => resolve({ ...fetched, failure: problem.message }));
    asked.end();
  });
}

function chainOf(socket: TLSSocket): Buffer[] {
  const found: Buffer[] = [];
  let next = socket.getPeerX509Certificate();
  while (next && !found.some((one) => one.equals(next?.raw ?? one))) {
    found.push(next.raw);
    next = next.issuerCertificate;
  }
  return found;
}
