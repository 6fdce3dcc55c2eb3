import {
  check,
  type IssuedCertificate,
  type Services,
  type SmtpClient,
  TlsFailed,
} from '../../harness/check/check.ts';
import { assertListed } from '../../harness/steps/extensions.ts';
import { type Approach, judgeApproaches } from './approaches.ts';
import { NO_RELAY_CLAUSES, RELAY_CHECK } from './relay-check.ts';

export const clientCertificateGrantsNothing = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-013',
    slug: 'client-certificate-grants-nothing',
    title: 'An arbitrary TLS client certificate grants no relay rights',
    sends:
      'STARTTLS without a client certificate, with a self-signed one in the name of the mail domain, and with ones from two authorities of the lab; then a message from a stranger to somebody elsewhere',
    roles: ['mx', 'submission'],
    clauses: [...NO_RELAY_CLAUSES, 'rfc3207#4'],
    limits: [
      'A server that asks for no certificate is not shown one; the evidence says so.',
      'TLS from the first octet is not tried with certificates.',
    ],
    withoutLab: 'decides-nothing',
    kills: ['mx-relays-for-any-client-certificate', 'mx-relays-inside-tls'],
  },
  async (services) => {
    const { lab, smtp } = services;
    lab().assertUntrusted();
    const probe = await smtp({ at: 'ready' });
    probe.connection.close();
    assertListed(services, probe, 'STARTTLS');
    const approaches = (await certificates(services)).map(
      ([name, certificate]): Approach => ({
        name,
        open: () => smtp({ at: 'ready' }),
        async begin(client) {
          try {
            await upgrade(services, client, certificate);
            return undefined;
          } catch (failure) {
            // Refusing a certificate by ending the handshake is a refusal.
            if (certificate && failure instanceof TlsFailed) return { kind: 'closed', stage: 'TLS' };
            throw failure;
          }
        },
        ...(certificate ? { closedAt: 'TLS' } : {}),
      }),
    );
    await judgeApproaches(services, approaches);
  },
);

async function upgrade(
  { target, note, inconclusive }: Services,
  client: SmtpClient,
  clientCertificate: IssuedCertificate | undefined,
): Promise<void> {
  const goAhead = await client.startTls({
    serverName: target.hostname,
    ...(clientCertificate ? { clientCertificate } : {}),
  });
  if (goAhead.code !== 220) inconclusive('precondition', `STARTTLS is refused: ${goAhead.text}`);
  const asked = client.connection.session?.certificateRequested() ?? false;
  note(`the server ${asked ? 'asks' : 'does not ask'} for a client certificate`);
  await client.ehlo();
}

async function certificates({ lab, target }: Services) {
  const { issue } = lab().certificates;
  const names = [target.domain];
  const [own, unknown, ordinary] = await Promise.all([
    issue({ variant: 'self-signed', names }),
    issue({ variant: 'untrusted-ca', names }),
    issue({ names: ['client.mailspec.test'] }),
  ]);
  return [
    ['without a certificate', undefined],
    ['with a self-signed certificate', own],
    ['with a certificate of an unknown authority', unknown],
    ['with a certificate in another name', ordinary],
  ] as const;
}
