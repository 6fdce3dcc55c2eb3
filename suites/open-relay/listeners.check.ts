import { check, type Services, type SmtpClient } from '../../harness/check/check.ts';
import { ipv6Answers } from '../../harness/steps/controls/ipv6-answers.ts';
import { assertStranger } from '../../harness/steps/trusted-client.ts';
import { LOCAL_SENDERS, PLAIN } from './forms.ts';
import { RELAY_CHECK, tryForms } from './relay-check.ts';

export const everyListenerIsGuarded = check(
  {
    ...RELAY_CHECK,
    overIpv6: ipv6Answers,
    id: 'RLY-011',
    slug: 'every-listener-is-guarded',
    title: 'Relay rules hold on every listener',
    sends:
      'messages from strangers and from local senders to somebody elsewhere, without AUTH, on the submission ports, in the clear and inside TLS',
    roles: ['submission', 'submissions'],
    limits: [
      ...RELAY_CHECK.limits,
      'Only declared roles are looked at; a further port is declared as a target of its own.',
    ],
    connections: 2,
    kills: ['submission-relays-unauthenticated-mail'],
  },
  async (services) => {
    const { role, smtp } = services;
    assertStranger(services);
    // A port that does not answer is found out once, and not form by form.
    (await tlsWhereOffered(services)).connection.close();
    const inClear = { name: 'in the clear: ', open: () => smtp({ at: 'ready' }) };
    const insideTls = { name: 'inside TLS: ', open: () => tlsWhereOffered(services) };
    const surroundings = role === 'submission' ? [inClear, insideTls] : [insideTls];
    await tryForms(services, [...PLAIN, ...LOCAL_SENDERS], surroundings);
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
