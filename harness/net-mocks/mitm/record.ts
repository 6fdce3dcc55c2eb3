import type { ClientHello } from '../wire/client-hello.ts';
import type { Ending } from '../wire/connection.ts';
import type { Endpoint } from '../wire/listen.ts';
import type { TlsFacts } from '../wire/tls-handshake.ts';
import type { TranscriptEvent } from '../wire/transcript.ts';
import type { ProxyMode } from './modes.ts';

/** One conversation through the proxy, both legs. */
export interface ProxySession {
  /** Name of the proxy. */
  proxy: string;
  mode: ProxyMode['kind'];
  client: Endpoint;
  upstream: Endpoint;
  /** ISO 8601. */
  startedAt: string;
  /** Null while both connections live. */
  ending: Ending | null;
  upstreamEnding: Ending | null;
  /** The system error when the server could not be reached. */
  upstreamFailure: string | null;
  /** `asked`: the answer never came; `passed`: TLS goes through; `terminated`: TLS ends at the proxy. */
  upgrade: 'not-asked' | 'asked' | 'refused-by-server' | 'refused-by-proxy' | 'passed' | 'terminated';
  /** The client's handshake where the proxy ended it. */
  tls: TlsFacts | null;
  /** The client's first TLS message where it went through. */
  clientHello: ClientHello | null;
  /** What the proxy did beside passing octets, as sentences, in order. */
  interventions: string[];
  /** Between client and proxy, seen from the proxy. */
  clientLeg: TranscriptEvent[];
  /** Between proxy and server, seen from the proxy. */
  serverLeg: TranscriptEvent[];
}

export interface ProxyFilter {
  proxy?: string;
  /** Only conversations that are over, on both legs. */
  ended?: boolean;
}

export function matchesProxySession(session: ProxySession, { proxy, ended }: ProxyFilter): boolean {
  return (
    (proxy === undefined || session.proxy === proxy) &&
    (ended === undefined || (session.ending !== null) === ended)
  );
}
