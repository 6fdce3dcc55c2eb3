import { type Services, type Target, TlsFailed } from '../../harness/check/check.ts';

/** What the server shows to one kind of client. */
export interface Chain {
  readonly hello: string;
  /** DER, as sent: the server certificate first. */
  readonly sent: readonly Buffer[];
}

const HELLOS = [
  { hello: 'with server name', named: true },
  { hello: 'without server name', named: false },
  { hello: 'RSA alone', named: true, signatures: 'rsa' },
  { hello: 'ECDSA alone', named: true, signatures: 'ecdsa' },
] as const;

/**
 * The certificates of mx, with and without server name, and for either family of keys where it has one. None where STARTTLS is
 * not offered.
 */
export async function chainsOf({
  smtp,
  target,
}: Pick<Services, 'smtp'> & { readonly target: Pick<Target, 'hostname'> }): Promise<readonly Chain[]> {
  const chains: Chain[] = [];
  for (const { hello, named, ...rest } of HELLOS) {
    const client = await smtp({ role: 'mx', at: 'ready' });
    try {
      if (!client.capabilities?.keywords.has('STARTTLS')) return [];
      const reply = await client.command('STARTTLS');
      if (reply.code !== 220) return [];
      await client.connection.startTls({
        ...(named ? { serverName: target.hostname } : {}),
        ...rest,
        // What a TLSA record names may be sent beside the path that this machine would take.
        certificatesAsSent: true,
      });
      chains.push({ hello, sent: client.connection.session?.peerCertificates ?? [] });
    } catch (failure) {
      // Most servers have a certificate of one family.
      if (!('signatures' in rest) || !(failure instanceof TlsFailed)) throw failure;
    } finally {
      client.connection.close();
    }
  }
  return chains;
}
