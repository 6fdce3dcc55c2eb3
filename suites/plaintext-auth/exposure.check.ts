import { check } from '../../harness/check/check.ts';
import { ipv6Answers } from '../../harness/steps/controls/ipv6-answers.ts';
import { imapMechanisms } from '../../harness/steps/mechanism.ts';
import { listed, READING } from './mechanisms.ts';

export const cleartextPortsAreUseless = check(
  {
    ...READING,
    overIpv6: ipv6Answers,
    id: 'PTA-015',
    slug: 'cleartext-ports-are-deprecated',
    title: 'Cleartext mail-access and submission ports are useless before TLS (exposure inventory)',
    sends:
      'without TLS: NOOP and MAIL on 587, USER on 110, AUTHENTICATE on 143, and the capability command on 25',
    demands: 'nothing but capability discovery and the upgrade is accepted before TLS',
    level: 'SHOULD',
    worst: 'warn',
    severity: 'low',
    clauses: ['rfc8314#4', 'rfc8314#4.1', 'rfc8997#3'],
    roles: ['mx', 'submission', 'pop3', 'imap'],
    limits: ['Mail commands on port 25 are what the port is for; there only authentication counts.'],
    kills: [
      'imap-accepts-authenticate-before-tls',
      'imap-omits-logindisabled',
      'pop3-solicits-password-before-tls',
      'submission-takes-mail-before-tls',
    ],
  },
  async ({ role, smtp, pop3, imap, verify, nonce, target, helloName, bytes }) => {
    if (role === 'pop3') {
      const client = await pop3();
      const reply = await client.command(`USER probe-${nonce}@${target.domain}`);
      verify.reply(reply, 'POP3 takes no login name before STLS').status('-ERR');
      return;
    }
    if (role === 'imap') {
      const client = await imap({ at: 'ready' });
      const mechanisms = imapMechanisms(client.capabilities);
      const open = !client.capabilities?.has('LOGINDISABLED') || mechanisms.length > 0;
      verify.that(!open, {
        demand: 'IMAP announces no way to log in before STARTTLS',
        expected: 'LOGINDISABLED and no AUTH=',
        actual: [...(client.capabilities ?? [])].join(' '),
      });
      const reply = await client.command('AUTHENTICATE PLAIN');
      if (reply.status === '+') client.raw(bytes.line('*'));
      verify.reply(reply, 'IMAP starts no authentication before STARTTLS').status('NO', 'BAD');
      return;
    }
    const client = await smtp({ at: 'ready' });
    verify.equal(listed(client.capabilities?.mechanisms ?? []), 'none', 'SMTP announces no AUTH before TLS');
    if (role === 'mx') return;
    const mail = await client.command(`MAIL FROM:<probe@${helloName}>`);
    verify.reply(mail, 'submission takes no sender before TLS').codeClass(4, 5);
  },
);
