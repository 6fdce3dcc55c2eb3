import type { Services } from '../../harness/check/check.ts';
import { atTheDoor } from './tls-door.ts';

type Probe = Services['tls'];
export type HelloOptions = Parameters<Probe['probeHello']>[1];
export type HelloAnswer = Awaited<ReturnType<Probe['probeHello']>>;

/** Sends one ClientHello on a connection of its own, with the name of the host. */
export async function offer(services: Services, options: HelloOptions): Promise<HelloAnswer> {
  const connection = await atTheDoor(services);
  try {
    return await services.tls.probeHello(connection, { serverName: services.target.hostname, ...options });
  } finally {
    connection.close();
  }
}

/** Numbers of the suites of TLS 1.2 and older that are still in order: encrypted, authenticated, 112 bits or more. */
export function soundSuites({ tls }: Services): readonly number[] {
  return tls
    .olderSuites((suite) => !suite.null && !suite.anon && !suite.export && !suite.rc4 && suite.bits >= 112)
    .map(({ number }) => number);
}

/**
 * Proves that the endpoint answers a ClientHello at all, so that the refusal of another one is its own
 * doing; ends the check as inconclusive where it does not. Returns what was negotiated.
 */
export async function provenAnswer(services: Services): Promise<HelloAnswer & { kind: 'server-hello' }> {
  const { tls, role, inconclusive } = services;
  const seen: string[] = [];
  const offers: readonly HelloOptions[] = [
    { version: 'TLSv1.2', cipherSuites: soundSuites(services) },
    { version: 'TLSv1.3', cipherSuites: tls.TLS13_SUITES.map(({ number }) => number) },
  ];
  for (const options of offers) {
    const answer = await offer(services, options);
    if (answer.kind === 'server-hello') return answer;
    seen.push(`${options.version}: ${answer.text}`);
  }
  return inconclusive(
    'precondition',
    `${role} answers no ClientHello with a ServerHello: ${seen.join('; ')}.`,
  );
}

/**
 * Whether an answer is a refusal. Silence is none: nothing says that the server has decided. Neither are
 * octets that can be read as no protocol.
 */
export function isRefusal(answer: { readonly kind: string }): boolean {
  return answer.kind === 'alert' || answer.kind === 'closed' || answer.kind === 'sslv2-error';
}
