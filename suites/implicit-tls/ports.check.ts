import {
  ConnectionEnded,
  check,
  type Role,
  type Services,
  TlsFailed,
  Unreachable,
} from '../../harness/check/check.ts';
import { clearAnswer } from './clear-speech.ts';
import { offer, soundSuites } from './hello.ts';

export const submissionsStartsTls = check(
  {
    id: 'ITLS-001',
    slug: 'submissions-starts-tls',
    title: 'Submissions on 465 starts TLS immediately',
    sends: 'a ClientHello on 465, then EHLO inside TLS',
    demands: 'the handshake completes and the greeting follows inside TLS',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc8314#3.3', 'rfc8314#4', 'rfc9325#3.2'],
    roles: ['submission', 'submissions'],
    per: 'target',
    needs: ['raw-tls'],
    effect: 'reads',
    safety: 'safe',
    budget: '20s',
    kills: ['submissions-closed', 'submissions-speaks-cleartext'],
  },
  async (services) => {
    const greeted = await reached(services, 'submissions', 'submission', () =>
      services.smtp({ role: 'submissions' }),
    );
    if (!greeted) return;
    services.verify.reply(greeted.greeting, 'the greeting follows inside TLS').code(220);
    services.verify.reply(await greeted.ehlo(), 'EHLO is answered inside TLS').code(250);
  },
);

export const imapsStartsTls = check(
  {
    id: 'ITLS-002',
    slug: 'imaps-starts-tls',
    title: 'IMAPS on 993 starts TLS immediately',
    sends: 'a ClientHello on 993, then CAPABILITY inside TLS',
    demands: 'the handshake completes and the greeting follows inside TLS',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc8314#3.2', 'rfc9051#11.2'],
    roles: ['imap', 'imaps'],
    per: 'target',
    needs: ['raw-tls'],
    effect: 'reads',
    safety: 'safe',
    budget: '20s',
    kills: ['imaps-closed', 'imaps-speaks-cleartext'],
  },
  async (services) => {
    const greeted = await reached(services, 'imaps', 'imap', () => services.imap({ role: 'imaps' }));
    if (!greeted) return;
    services.verify.reply(greeted.greeting, 'the greeting follows inside TLS').status('OK', 'PREAUTH');
    services.verify.reply(await greeted.capability(), 'CAPABILITY is answered inside TLS').status('OK');
  },
);

export const pop3sStartsTls = check(
  {
    id: 'ITLS-003',
    slug: 'pop3s-starts-tls',
    title: 'POP3S on 995 starts TLS immediately and enters AUTHORIZATION',
    sends: 'a ClientHello on 995, then STAT without a login',
    demands: 'the handshake completes, the greeting follows inside TLS, and STAT is refused',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc8314#3.1'],
    roles: ['pop3', 'pop3s'],
    per: 'target',
    needs: ['raw-tls'],
    effect: 'reads',
    safety: 'safe',
    budget: '20s',
    limits: ['No client certificate is shown: that one alone must not log in either is not seen.'],
    kills: ['pop3s-closed', 'pop3s-speaks-cleartext', 'pop3s-serves-mailbox-without-login'],
  },
  async (services) => {
    const greeted = await reached(services, 'pop3s', 'pop3', () => services.pop3({ role: 'pop3s' }));
    if (!greeted) return;
    services.verify.reply(greeted.greeting, 'the greeting follows inside TLS').status('+OK');
    services.verify.reply(await greeted.command('STAT'), 'STAT is refused before a login').status('-ERR');
  },
);

/**
 * What `enter` reaches on the implicit-TLS role; undefined where a violation is verified instead: nothing
 * declared or listening although the sibling serves, cleartext, or every handshake refused.
 */
async function reached<Client>(
  services: Services,
  implicit: Role,
  sibling: Role,
  enter: () => Promise<Client>,
): Promise<Client | undefined> {
  const { target, verify, note } = services;
  const demand = `${implicit} speaks TLS from the first octet`;
  const violated = (actual: string) =>
    void verify.that(false, { demand, expected: 'a handshake and a greeting inside TLS', actual });
  if (!target.endpoints[implicit]) {
    violated(`the target offers ${sibling} and no ${implicit}`);
    return undefined;
  }
  try {
    return await enter();
  } catch (failure) {
    if (failure instanceof Unreachable && failure.code === 'ECONNREFUSED') {
      // A machine that serves nothing at all says nothing about this port.
      if (!target.endpoints[sibling] || !(await answers(services, sibling))) throw failure;
      violated(`connections are refused, while ${sibling} answers`);
      return undefined;
    }
    if (!(failure instanceof TlsFailed) && !(failure instanceof ConnectionEnded)) throw failure;
    note(failure.message);
    const clear = await clearAnswer(services, implicit);
    if (clear) {
      violated(`without TLS ${clear}`);
      return undefined;
    }
    const refusal = await refusesEveryHello({ ...services, role: implicit });
    if (!refusal) throw failure;
    violated(refusal);
    return undefined;
  }
}

async function answers({ smtp, pop3, imap }: Services, role: Role): Promise<boolean> {
  const client = await (role === 'submission'
    ? smtp({ role })
    : role === 'pop3'
      ? pop3({ role })
      : imap({ role }));
  client.connection.close();
  return true;
}

/** A listener that ends every handshake with an alert, whatever is offered: one without certificate, say. */
async function refusesEveryHello(services: Services): Promise<string | undefined> {
  const { tls } = services;
  const old = await offer(services, { version: 'TLSv1.2', cipherSuites: soundSuites(services) });
  const today = await offer(services, {
    version: 'TLSv1.3',
    cipherSuites: tls.TLS13_SUITES.map(({ number }) => number),
  });
  if (old.kind !== 'alert' || today.kind !== 'alert') return undefined;
  return `every ClientHello is refused: TLS 1.2 with ${old.text}, TLS 1.3 with ${today.text}`;
}
