import type { TlsSession } from '../../wire/tls.ts';

/** What ties a SASL exchange to the TLS connection below it (RFC 5056). */
export interface ChannelBinding {
  /** Registered name: `tls-exporter` (RFC 9266), `tls-unique` (RFC 5929 §3). */
  readonly type: string;
  readonly data: Buffer;
}

/** The binding that RFC 9266 §3 makes the default, defined for TLS 1.2 with extended master secret and for 1.3. */
export function tlsExporter(session: TlsSession): ChannelBinding {
  return { type: 'tls-exporter', data: session.tlsExporter() };
}

/** Undefined under TLS 1.3, for which there is no tls-unique (RFC 8446 appendix C.5). */
export function tlsUnique(session: TlsSession): ChannelBinding | undefined {
  const data = session.tlsUnique();
  return data && { type: 'tls-unique', data };
}
