import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Site } from '../site.ts';

/**
 * The server's view of a channel binding; undefined for a type that this connection does not have.
 * TLS 1.3 has tls-exporter (RFC 9266); TLS 1.2 has tls-unique (RFC 5929 §3), on full handshakes only
 * because whether the extended master secret was used cannot be seen here (RFC 7677 §4).
 */
export function channelBinding(site: Site, tls: TLSSocket | undefined, type: string): Buffer | undefined {
  if (!tls) return undefined;
  const isTls13 = tls.getProtocol() === 'TLSv1.3';
  switch (type) {
    case 'tls-exporter':
      return isTls13 && !site.faulty('scram-plus-without-exporter')
        ? tls.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
        : undefined;
    case 'tls-unique':
      // The first Finished message of a full handshake is the client's.
      return isTls13 || tls.isSessionReused() ? undefined : tls.getPeerFinished();
    case 'tls-server-end-point':
      return createHash('sha256').update(site.certificate.der).digest();
    default:
      return undefined;
  }
}
