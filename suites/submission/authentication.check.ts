import { check, type Services } from '../../harness/check/check.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { assertAuthWorks, plain, submissionClient } from './inside-tls.ts';

export const plainIsAvailable = check(
  {
    id: 'SUB-004',
    slug: 'plain-is-available',
    title: 'AUTH with PLAIN is available inside TLS',
    sends: 'EHLO inside TLS',
    demands: 'AUTH is listed, with PLAIN among its mechanisms',
    level: 'MUST',
    severity: 'high',
    asStranger: true,
    clauses: ['rfc4954#4', 'rfc6409#7', 'rfc8314#3.3'],
    roles: ['submission', 'submissions'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '8s',
    kills: ['smtp-no-auth-inside-tls', 'smtp-omits-plain-inside-tls'],
  },
  async (services) => {
    const { verify } = services;
    const client = await submissionClient(services);
    const mechanisms = client.capabilities?.mechanisms ?? [];
    const listed = verify.that(mechanisms.length > 0, {
      demand: 'AUTH is listed inside TLS',
      expected: 'AUTH with mechanisms',
      actual: [...(client.capabilities?.keywords.keys() ?? [])].join(' '),
    });
    if (!listed) return;
    verify.ideally.that(mechanisms.includes('PLAIN'), {
      demand: 'PLAIN, which every client has, is listed inside TLS',
      expected: 'PLAIN',
      actual: mechanisms.join(' '),
    });
  },
);

export const validCredentialsAuthenticate = check(
  {
    id: 'SUB-005',
    slug: 'valid-credentials-authenticate',
    title: 'Valid credentials authenticate: PLAIN with and without initial response, LOGIN where offered',
    sends:
      'AUTH PLAIN with the response in the command, AUTH PLAIN with the response behind the challenge, AUTH LOGIN',
    demands: '235 in every form that is listed, and an empty 334 challenge for PLAIN',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc4954#4', 'rfc4616#2'],
    roles: ['submission', 'submissions'],
    needs: ['account'],
    effect: 'reads',
    safety: 'safe',
    budget: '20s',
    kills: ['auth-plain-needs-initial-response', 'auth-plain-challenge-not-empty', 'auth-refuses-everyone'],
  },
  async (services) => {
    const { variant, account, bytes, notApplicable } = services;
    const { login, password } = account();
    const probe = await submissionClient(services);
    const mechanisms = probe.capabilities?.mechanisms ?? [];
    probe.connection.close();
    if (!mechanisms.includes('PLAIN') && !mechanisms.includes('LOGIN')) {
      notApplicable('Neither PLAIN nor LOGIN is offered.', `AUTH lists ${mechanisms.join(' ') || 'nothing'}`);
    }

    if (mechanisms.includes('PLAIN')) {
      await variant('PLAIN with initial response', async (verify) => {
        const client = await submissionClient(services);
        const reply = await client.command(`AUTH PLAIN ${plain(services, login, password)}`);
        assertAuthWorks(services, reply);
        verify.reply(reply, 'valid credentials in the command log in').code(235);
      });
      await variant('PLAIN without initial response', async (verify) => {
        const client = await submissionClient(services);
        const challenge = await client.command('AUTH PLAIN');
        assertAuthWorks(services, challenge);
        if (!verify.reply(challenge, 'AUTH PLAIN without a response is challenged').code(334)) return;
        verify.ideally.that(challenge.lines.join('').trim() === '', {
          demand: 'the challenge of PLAIN is empty',
          expected: '334 and a space',
          actual: lineOf(challenge),
        });
        const reply = await client.command(plain(services, login, password));
        assertAuthWorks(services, reply);
        verify.reply(reply, 'valid credentials behind the challenge log in').code(235);
      });
    }
    if (mechanisms.includes('LOGIN')) {
      await variant('LOGIN', async (verify) => {
        const client = await submissionClient(services);
        const user = await client.command('AUTH LOGIN');
        assertAuthWorks(services, user);
        if (!verify.reply(user, 'AUTH LOGIN asks for the login').code(334)) return;
        const pass = await client.command(bytes.base64(login));
        if (!verify.reply(pass, 'AUTH LOGIN asks for the password').code(334)) return;
        const reply = await client.command(bytes.base64(password));
        assertAuthWorks(services, reply);
        verify.reply(reply, 'valid credentials log in by LOGIN').code(235);
      });
    }
  },
);

export const authOnlyOnce = check(
  {
    id: 'SUB-007',
    slug: 'auth-only-once',
    title: 'AUTH is refused after success and during a transaction (503)',
    sends: 'a second AUTH behind a successful one; AUTH behind MAIL',
    demands: '503 both times',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc4954#4'],
    roles: ['submission', 'submissions'],
    needs: ['account'],
    effect: 'reads',
    safety: 'safe',
    budget: '15s',
    kills: ['auth-accepted-twice', 'auth-accepted-in-transaction'],
  },
  async (services) => {
    const { variant, account, target } = services;
    const { login, password, address } = account();
    const other = target.accounts[1] ?? account();

    await variant('after success', async (verify) => {
      const client = await authenticated(services, login, password);
      const second = await client.command(`AUTH PLAIN ${plain(services, other.login, other.password)}`);
      verify.reply(second, 'a second AUTH is refused').codeClass(4, 5);
      verify.ideally.reply(second, 'a second AUTH is refused with 503').code(503);
    });
    await variant('during a transaction', async (verify) => {
      // Most submission services take MAIL only behind AUTH, so the transaction is opened behind one.
      const anonymous = await submissionClient(services);
      const early = await anonymous.command(`MAIL FROM:<${address}>`);
      if (early.code !== 250) anonymous.connection.close();
      const client = early.code === 250 ? anonymous : await authenticated(services, login, password);
      if (early.code !== 250) {
        const mail = await client.command(`MAIL FROM:<${address}>`);
        if (mail.code !== 250)
          services.inconclusive('precondition', `MAIL is refused behind AUTH: ${mail.text}`);
      }
      const reply = await client.command(`AUTH PLAIN ${plain(services, login, password)}`);
      verify.reply(reply, 'AUTH inside a transaction is refused').codeClass(4, 5);
      verify.ideally.reply(reply, 'AUTH inside a transaction is refused with 503').code(503);
    });
  },
);

export const authNeedsEhlo = check(
  {
    id: 'SUB-023',
    slug: 'auth-needs-ehlo',
    title: 'AUTH before EHLO is refused',
    sends: 'AUTH PLAIN with valid credentials as first command inside TLS, without EHLO there',
    demands: 'a refusal, 503 where the sequence is at fault',
    level: 'SHOULD',
    worst: 'warn',
    severity: 'low',
    clauses: ['rfc4954#4', 'rfc5321#4.1.4'],
    roles: ['submission', 'submissions'],
    needs: ['account'],
    effect: 'reads',
    safety: 'safe',
    budget: '10s',
    kills: ['auth-accepted-before-ehlo'],
  },
  async (services) => {
    const { smtp, role, account, verify, inconclusive, notApplicable } = services;
    const { login, password } = account();
    const client = await smtp({ at: role === 'submissions' ? 'greeting' : 'ready' });
    if (!client.connection.tls) {
      if (!client.capabilities?.keywords.has('STARTTLS')) {
        notApplicable(`${role} offers no way into TLS.`, 'EHLO lists no STARTTLS');
      }
      const goAhead = await client.startTls();
      if (goAhead.code !== 220) inconclusive('precondition', `STARTTLS is refused: ${goAhead.text}`);
    }
    const reply = await client.command(`AUTH PLAIN ${plain(services, login, password)}`);
    assertAuthWorks(services, reply);
    verify.reply(reply, 'AUTH before EHLO is refused').codeClass(4, 5);
  },
);

async function authenticated(services: Services, login: string, password: string) {
  const client = await submissionClient(services);
  const reply = await client.command(`AUTH PLAIN ${plain(services, login, password)}`);
  assertAuthWorks(services, reply);
  if (reply.code !== 235)
    services.inconclusive('precondition', `The login that this check builds on failed: ${reply.text}`);
  return client;
}
