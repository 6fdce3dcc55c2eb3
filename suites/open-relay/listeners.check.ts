import { check, type Services, type SmtpClient } from '../../harness/check/check.ts';
import { createFields } from './fields.ts';
import { LOCAL_SENDERS, PLAIN } from './forms.ts';
import { RELAY_CHECK } from './relay-check.ts';
import { createSupply, trialsOf } from './supply.ts';
import { judgeRelaying, observe } from './trials.ts';

export const everyListenerIsGuarded = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-011',
    slug: 'every-listener-is-guarded',
    title: 'Relay rules hold on every listener',
    sends:
      'messages from strangers and from local senders to somebody elsewhere, without AUTH, on the submission ports, in the clear and inside TLS',
    roles: ['submission', 'submissions'],
    limits: [
      'IPv6 is not tried: the networks of the lab are IPv4.',
      'Only declared roles are looked at; a further port is declared as a target of its own.',
    ],
    connections: 2,
    kills: ['submission-relays-unauthenticated-mail'],
  },
  async (services) => {
    const { lab, role, smtp } = services;
    lab().assertUntrusted();
    // A port that does not answer is found out once, and not form by form.
    (await tlsWhereOffered(services)).connection.close();
    const fields = createFields(services);
    const inClear = createSupply(() => smtp({ at: 'ready' }));
    const insideTls = createSupply(() => tlsWhereOffered(services));
    const forms = [...PLAIN, ...LOCAL_SENDERS];
    const trials = [
      ...(role === 'submission' ? await trialsOf(services, fields, forms, inClear, 'in the clear: ') : []),
      ...(await trialsOf(services, fields, forms, insideTls, 'inside TLS: ')),
    ];
    const release = () => {
      inClear.close();
      insideTls.close();
    };
    await judgeRelaying(services, await observe(services, trials, release));
  },
);

/** Where a port offers no way into TLS, which STLS-002 reports, its rules are looked at in the clear again. */
async function tlsWhereOffered({ smtp }: Services): Promise<SmtpClient> {
  const client = await smtp({ at: 'ready' });
  if (client.connection.tls || !client.capabilities?.keywords.has('STARTTLS')) return client;
  await client.startTls();
  await client.ehlo();
  return client;
}
