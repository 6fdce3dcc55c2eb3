import { type CertificateFacts, type Services, TlsFailed } from '../../harness/check/check.ts';
import { atTheDoor } from './tls-door.ts';

/** A certificate that an endpoint shows, with what it sends beside it. */
export interface Presented {
  /** Which hello got it, such as `RSA certificate`; the first one is the answer to an ordinary client. */
  readonly name: string;
  readonly leaf: CertificateFacts;
  /** DER, the server certificate first. */
  readonly sent: readonly Buffer[];
}

/**
 * The certificates of the endpoint, asked for by name: what an ordinary client gets, and what a client gets
 * that takes RSA or ECDSA alone. A certificate that comes again is left out.
 */
export async function presentedCertificates(
  services: Services,
): Promise<readonly [Presented, ...Presented[]]> {
  const { role, inconclusive } = services;
  const first = await present(services, 'certificate', undefined);
  if (!first) return inconclusive('precondition', `${role} shows no certificate.`);
  const others: Presented[] = [];
  for (const family of ['rsa', 'ecdsa'] as const) {
    const shown = await present(services, `${family.toUpperCase()} certificate`, family).catch((failure) => {
      // Most servers have a certificate of one family.
      if (failure instanceof TlsFailed) return undefined;
      throw failure;
    });
    if (shown && ![first, ...others].some(({ leaf }) => leaf.der.equals(shown.leaf.der))) others.push(shown);
  }
  return [first, ...others];
}

async function present(
  services: Services,
  name: string,
  signatures: 'rsa' | 'ecdsa' | undefined,
): Promise<Presented | undefined> {
  const { target, certificates } = services;
  const connection = await atTheDoor(services);
  try {
    // Old versions too: what is wrong with them is judged elsewhere.
    await connection.startTls({
      serverName: target.hostname,
      minVersion: 'TLSv1',
      certificatesAsSent: true,
      ...(signatures ? { signatures } : {}),
    });
    const sent = connection.session?.peerCertificates ?? [];
    const [der] = sent;
    return der && { name, leaf: certificates.readCertificate(der), sent };
  } finally {
    connection.close();
  }
}

/** How a certificate is called in a sentence. */
export function describe({ name, leaf }: Presented): string {
  return `${name} ${leaf.subject || 'without subject'}`;
}
