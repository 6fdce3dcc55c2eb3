import {
  ConnectionEnded,
  check,
  ROLES,
  type Role,
  type Services,
  TlsFailed,
  Unreachable,
} from '../../harness/check/check.ts';
import { ipv6Answers } from '../../harness/steps/controls/ipv6-answers.ts';
import { clearAnswer } from './clear-speech.ts';
import { currentOffers, offer } from './hello.ts';
import { refusalOfOwnName } from './tls-door.ts';

/** What the checks of this file have in common. */
const PORT = {
  severity: 'medium',
  per: 'target',
  needs: ['raw-tls'],
  effect: 'reads',
  safety: 'safe',
  budget: '20s',
} as const;

export const submissionsStartsTls = check(
  {
    ...PORT,
    overIpv6: ipv6Answers,
    id: 'ITLS-001',
    slug: 'submissions-starts-tls',
    title: 'Submissions on 465 starts TLS immediately',
    sends: 'a ClientHello on 465, then EHLO inside TLS',
    demands: 'the handshake completes and the greeting follows inside TLS',
    level: 'SHOULD',
    clauses: ['rfc8314#3.3', 'rfc8314#4', 'rfc9325#3.2'],
    roles: ['submission', 'submissions'],
    kills: ['submissions-closed', 'submissions-speaks-cleartext', 'access-refuses-own-server-name'],
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
    ...PORT,
    overIpv6: ipv6Answers,
    id: 'ITLS-002',
    slug: 'imaps-starts-tls',
    title: 'IMAPS on 993 starts TLS immediately',
    sends: 'a ClientHello on 993, then CAPABILITY inside TLS',
    demands: 'the handshake completes and the greeting follows inside TLS',
    level: 'MUST',
    clauses: ['rfc8314#3.2', 'rfc8314#4', 'rfc9051#11.2'],
    roles: ['imap', 'imaps'],
    kills: ['imaps-closed', 'imaps-speaks-cleartext', 'access-refuses-own-server-name'],
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
    ...PORT,
    overIpv6: ipv6Answers,
    id: 'ITLS-003',
    slug: 'pop3s-starts-tls',
    title: 'POP3S on 995 starts TLS immediately and enters AUTHORIZATION',
    sends: 'a ClientHello on 995, then STAT without a login',
    demands: 'the handshake completes, the greeting follows inside TLS, and STAT is refused',
    level: 'MUST',
    clauses: ['rfc8314#3.1', 'rfc8314#4', 'rfc1939#4'],
    roles: ['pop3', 'pop3s'],
    limits: ['No client certificate is shown: that one alone must not log in either is not seen.'],
    kills: [
      'pop3s-closed',
      'pop3s-speaks-cleartext',
      'access-refuses-own-server-name',
      'pop3s-serves-mailbox-without-login',
    ],
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
 * declared or listening although the sibling serves, cleartext, every handshake refused, or those with the name of
 * the host.
 */
async function reached<Client>(
  services: Services,
  implicit: Role,
  sibling: Role,
  enter: () => Promise<Client>,
): Promise<Client | undefined> {
  const { target, verify, note } = services;
  const demand = `${implicit} speaks TLS from the first octet`;
  const violated = (actual: string): undefined => {
    verify.missed(demand, { expected: 'a handshake and a greeting inside TLS', actual });
  };
  if (!target.endpoints[implicit]) return violated(`the target offers ${sibling} and no ${implicit}`);
  try {
    return await enter();
  } catch (failure) {
    if (failure instanceof Unreachable && failure.code === 'ECONNREFUSED') {
      // A machine that serves nothing at all says nothing about this port.
      if (!target.endpoints[sibling] || !(await answers(services, sibling))) throw failure;
      return violated(`connections are refused, while ${sibling} answers`);
    }
    if (!(failure instanceof TlsFailed) && !(failure instanceof ConnectionEnded)) throw failure;
    note(failure.message);
    const own = services.on(implicit);
    const refusal = (await refusesEveryHello(own)) ?? (await refusalOfOwnName(own));
    if (refusal) return violated(refusal);
    const clear = await clearAnswer(services, implicit);
    if (!clear) throw failure;
    return violated(`without TLS ${clear}`);
  }
}

async function answers({ smtp, pop3, imap }: Services, role: Role): Promise<boolean> {
  const open = { smtp, pop3, imap }[ROLES[role].protocol];
  const client = await open({ role });
  client.connection.close();
  return true;
}

/** A listener that ends every handshake with an alert, whatever is offered: one without certificate, say. */
async function refusesEveryHello(services: Services): Promise<string | undefined> {
  const refusals: string[] = [];
  for (const options of currentOffers(services)) {
    const answer = await offer(services, options);
    if (answer.kind !== 'alert') return undefined;
    refusals.push(`${options.version.replace('v', ' ')} with ${answer.text}`);
  }
  return `every ClientHello is refused: ${refusals.join(', ')}`;
}
