import { request } from 'node:https';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { FaultName } from '../../../model/faults.ts';

/** Where a policy is fetched from, and who is trusted about it. */
export interface PolicyHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** PEM. */
  readonly authority: string;
}

/** RFC 8461 §3.3 suggests a minute; the hosts are on this machine. Milliseconds. */
const FETCH_MS = 3_000;
/** RFC 8461 §3.3 suggests 64 kB. */
const LARGEST = 65_536;
const POLICY_PATH = '/.well-known/mta-sts.txt';

/**
 * The text of a policy, or null: only from a host whose certificate is good, with status 200 and of type
 * text/plain; redirects are not followed (RFC 8461 §3.2, §3.3). A wildcard certificate is not good enough
 * (BSI TR-03108 §4.1.8).
 */
export function fetchPolicy(
  host: PolicyHost,
  signal: AbortSignal,
  faulty: (fault: FaultName) => boolean,
  path: string = POLICY_PATH,
): Promise<string | null> {
  const { name, address, port, authority } = host;
  return new Promise((resolve) => {
    const asked = request(
      {
        host: address,
        port,
        path,
        servername: name,
        headers: { host: name },
        ca: [authority],
        agent: false,
        signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]),
        rejectUnauthorized: !faulty('sts-trusts-any-policy-host'),
        checkServerIdentity: (_, certificate) =>
          faulty('sts-trusts-any-policy-host') ? undefined : identityProblem(name, certificate),
      },
      (response) => {
        const { statusCode = 0, headers } = response;
        if (statusCode >= 300 && statusCode < 400 && faulty('sts-follows-redirects')) {
          const to = new URL(headers.location ?? '', `https://${name}`);
          response.resume();
          resolve(fetchPolicy({ ...host, name: to.hostname }, signal, faulty, to.pathname));
          return;
        }
        const isText = /^text\/plain[ \t]*(;|$)/i.test(headers['content-type'] ?? '');
        if (statusCode !== 200 || (!isText && !faulty('sts-takes-any-policy-text'))) {
          response.resume();
          resolve(null);
          return;
        }
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => {
          parts.push(part);
          const size = parts.reduce((sum, { length }) => sum + length, 0);
          if (size > LARGEST && !faulty('sts-takes-any-policy-text')) asked.destroy();
        });
        response.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
      },
    );
    // Whatever went wrong: there is no policy to be had.
    asked.on('error', () => resolve(null));
    asked.on('close', () => resolve(null));
    asked.end();
  });
}

function identityProblem(name: string, certificate: PeerCertificate): Error | undefined {
  const exact = certificate.subjectaltname?.split(', ').includes(`DNS:${name}`);
  return exact ? undefined : (checkServerIdentity(name, certificate) ?? new Error('a wildcard certificate'));
}
