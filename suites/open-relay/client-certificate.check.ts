import { check, type Services, TlsFailed } from '../../harness/check/check.ts';
import { createFields } from './fields.ts';
import { ELSEWHERE, fill, STRANGER } from './forms.ts';
import { NO_RELAY_CLAUSES, RELAY_CHECK } from './relay-check.ts';
import { probeMessage, transact } from './transaction.ts';
import { judgeRelaying, observe, type Trial } from './trials.ts';

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
    kills: ['mx-relays-for-any-client-certificate', 'mx-relays-inside-tls'],
  },
  async (services) => {
    const { lab, smtp, notApplicable, target, note } = services;
    lab().assertUntrusted();
    const probe = await smtp({ at: 'ready' });
    const keywords = [...(probe.capabilities?.keywords.keys() ?? [])];
    probe.connection.close();
    if (!keywords.includes('STARTTLS'))
      notApplicable('STARTTLS is not offered.', `EHLO lists ${keywords.join(' ')}`);

    const fields = createFields(services);
    const trials: Trial[] = [];
    for (const [name, clientCertificate] of await certificates(services)) {
      const values = await fields();
      const envelope = { sender: fill(STRANGER, values), recipient: fill(ELSEWHERE, values) };
      const message = probeMessage(services, { token: values.token });
      trials.push({
        name,
        token: values.token,
        async attempt() {
          const client = await smtp({ at: 'ready' });
          try {
            const goAhead = await client.startTls({
              serverName: target.hostname,
              ...(clientCertificate ? { clientCertificate } : {}),
            });
            if (goAhead.code !== 220)
              services.inconclusive('precondition', `STARTTLS is refused: ${goAhead.text}`);
            const asked = client.connection.session?.certificateRequested() ?? false;
            note(`the server ${asked ? 'asks' : 'does not ask'} for a client certificate`);
            await client.ehlo();
            return await transact(client, envelope, message);
          } catch (failure) {
            // Refusing a certificate by ending the handshake is a refusal.
            const isRefusal = client.connection.ended || failure instanceof TlsFailed;
            if (isRefusal && clientCertificate) return { kind: 'closed', stage: 'TLS' };
            throw failure;
          } finally {
            client.connection.close();
          }
        },
      });
    }
    await judgeRelaying(services, await observe(services, trials));
  },
);

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
