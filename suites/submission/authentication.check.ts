import {
  type Account,
  check,
  type Services,
  type SmtpClient,
  type Verify,
} from '../../harness/check/check.ts';
import { accountLogsIn } from '../../harness/steps/controls/account-logs-in.ts';
import { assertListed, ehloLists } from '../../harness/steps/extensions.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { assertAuthWorks, authPlain, offeredMechanisms, plain, submissionClient } from './inside-tls.ts';
import { DIALOGUE } from './submission-check.ts';

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
    ...DIALOGUE,
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
      actual: ehloLists(client),
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
      'AUTH PLAIN with the response in the command, AUTH PLAIN with the response after the challenge, AUTH LOGIN',
    demands: '235 in every form that is listed, and an empty 334 challenge for PLAIN',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc4954#4', 'rfc4954#3', 'rfc4616#2'],
    ...DIALOGUE,
    needs: ['account'],
    buildsOn: [accountLogsIn],
    budget: '20s',
    kills: ['auth-plain-needs-initial-response', 'auth-plain-challenge-not-empty', 'auth-refuses-everyone'],
  },
  async (services) => {
    const { variant, account, bytes, notApplicable } = services;
    const { login, password } = account();
    const response = plain(services, account());
    const mechanisms = await offeredMechanisms(services);
    if (!mechanisms.includes('PLAIN') && !mechanisms.includes('LOGIN')) {
      notApplicable('Neither PLAIN nor LOGIN is offered.', `AUTH lists ${mechanisms.join(' ') || 'nothing'}`);
    }

    if (mechanisms.includes('PLAIN')) {
      await variant('PLAIN with initial response', async (verify) => {
        const client = await submissionClient(services);
        const reply = await authPlain(services, client, response);
        verify.reply(reply, 'valid credentials in the command log in').code(235);
      });
      await variant('PLAIN without initial response', async (verify) => {
        const client = await submissionClient(services);
        const challenge = assertAuthWorks(services, await client.command('AUTH PLAIN'));
        if (!verify.reply(challenge, 'AUTH PLAIN without a response is challenged').code(334)) return;
        verify.ideally.that(challenge.lines.join('').trim() === '', {
          demand: 'the challenge of PLAIN is empty',
          expected: '334 and a space',
          actual: lineOf(challenge),
        });
        const reply = assertAuthWorks(services, await client.command(response));
        verify.reply(reply, 'valid credentials after the challenge log in').code(235);
      });
    }
    if (mechanisms.includes('LOGIN')) {
      await variant('LOGIN', async (verify) => {
        const client = await submissionClient(services);
        const user = assertAuthWorks(services, await client.command('AUTH LOGIN'));
        if (!verify.reply(user, 'AUTH LOGIN asks for the login').code(334)) return;
        const pass = await client.command(bytes.base64(login));
        if (!verify.reply(pass, 'AUTH LOGIN asks for the password').code(334)) return;
        const reply = assertAuthWorks(services, await client.command(bytes.base64(password)));
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
    sends: 'a second AUTH after a successful one; AUTH after MAIL',
    demands: '503 both times',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc4954#4'],
    ...DIALOGUE,
    needs: ['account'],
    budget: '15s',
    kills: ['auth-accepted-twice', 'auth-accepted-in-transaction'],
  },
  async (services) => {
    const { variant, account, target } = services;
    const refused = async (verify: Verify, client: SmtpClient, who: Account, what: string) => {
      const reply = await client.command(`AUTH PLAIN ${plain(services, who)}`);
      verify.reply(reply, `${what} is refused`).codeClass(4, 5);
      verify.ideally.reply(reply, `${what} is refused with 503`).code(503);
    };
    await variant('after success', async (verify) => {
      const client = await authenticated(services);
      await refused(verify, client, target.accounts[1] ?? account(), 'a second AUTH');
    });
    await variant('during a transaction', async (verify) => {
      await refused(verify, await inTransaction(services), account(), 'AUTH inside a transaction');
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
    clauses: ['rfc5321#4.1.4'],
    ...DIALOGUE,
    needs: ['account'],
    budget: '10s',
    kills: ['auth-accepted-before-ehlo'],
  },
  async (services) => {
    const { smtp, role, account, verify, inconclusive } = services;
    const client = await smtp({ at: role === 'submissions' ? 'greeting' : 'ready' });
    if (!client.connection.tls) {
      assertListed(services, client, 'STARTTLS');
      const goAhead = await client.startTls();
      if (goAhead.code !== 220) inconclusive('precondition', `STARTTLS is refused: ${goAhead.text}`);
    }
    const reply = await authPlain(services, client, plain(services, account()));
    verify.reply(reply, 'AUTH before EHLO is refused').codeClass(4, 5);
  },
);

/** A session in which the first account logged in by PLAIN. */
async function authenticated(services: Services): Promise<SmtpClient> {
  const client = await submissionClient(services);
  const reply = await authPlain(services, client, plain(services, services.account()));
  if (reply.code !== 235)
    services.inconclusive('precondition', `The login that this check builds on failed: ${reply.text}`);
  return client;
}

/** A session within a transaction: without AUTH where MAIL is taken, after it as most services want. */
async function inTransaction(services: Services): Promise<SmtpClient> {
  const mailFrom = `MAIL FROM:<${services.account().address}>`;
  const anonymous = await submissionClient(services);
  const early = await anonymous.command(mailFrom);
  if (early.code === 250) return anonymous;
  anonymous.connection.close();
  const client = await authenticated(services);
  const mail = await client.command(mailFrom);
  if (mail.code !== 250) services.inconclusive('precondition', `MAIL is refused after AUTH: ${mail.text}`);
  return client;
}
