import { X509Certificate } from 'node:crypto';
import type { AgentOptions } from 'node:https';
import { connect } from 'node:tls';

/** How a client knows a control interface over TLS. */
export interface ControlTrust {
  /** PEM of the authority that issued its certificate, or of the certificate itself. */
  certificate: string;
  /** The certificate is the very one, whatever names it carries and whoever issued it. */
  pinned: boolean;
}

/** Time for a handshake, in milliseconds. */
const HANDSHAKE_MS = 15_000;

/** Options of a TLS client for it. */
export function trusting({
  certificate,
  pinned,
}: ControlTrust): Pick<AgentOptions, 'ca' | 'checkServerIdentity' | 'allowPartialTrustChain'> {
  if (!pinned) return { ca: certificate };
  const { fingerprint256 } = new X509Certificate(certificate);
  return {
    ca: certificate,
    allowPartialTrustChain: true,
    checkServerIdentity: (_host, shown) =>
      shown.fingerprint256 === fingerprint256
        ? undefined
        : new Error('expected the certificate that is pinned, got another one'),
  };
}

/**
 * Asks a control interface for its certificate, and takes it where it has the fingerprint.
 * @param fingerprint SHA-256 of the certificate in hexadecimal digits, with or without colons
 * @throws Error where it cannot be reached, or shows another one
 */
export function certificateWith(url: string, fingerprint: string): Promise<ControlTrust> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const wanted = fingerprint.replaceAll(':', '').toLowerCase();
  return new Promise((resolve, reject) => {
    // Nothing is said on this connection: whose certificate it is, is judged here.
    const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false });
    const fail = (problem: Error): void => {
      socket.destroy();
      reject(problem);
    };
    socket.setTimeout(HANDSHAKE_MS, () => fail(new Error(`no TLS handshake within ${HANDSHAKE_MS} ms`)));
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      const shown = socket.getPeerX509Certificate();
      socket.destroy();
      const digest = shown?.fingerprint256.replaceAll(':', '').toLowerCase();
      if (shown && digest === wanted) resolve({ certificate: shown.toString(), pinned: true });
      else
        reject(new Error(`expected the certificate with the fingerprint ${wanted}, got ${digest ?? 'none'}`));
    });
  });
}
