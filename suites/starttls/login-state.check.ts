import { type Account, check, type Services, type SmtpClient } from '../../harness/check/check.ts';
import { assertListed } from '../../harness/steps/extensions.ts';
import { isRecipientTaken } from '../../harness/steps/hand-over.ts';
import { chosenMechanism } from '../../harness/steps/mechanism.ts';
import { nameRecipient, type Paths } from '../../harness/steps/name-recipient.ts';
import { isRefusedUntilTls } from '../../harness/steps/refused-until-tls.ts';
import { assertDecided, lineOf } from '../../harness/steps/replies.ts';
import { openUser } from '../../harness/steps/smtp-login.ts';
import { UPGRADE_CHECK } from './upgrade-check.ts';

/** The refusal that demands a login (RFC 4954 §6). */
const DEMANDS_LOGIN = 530;

export const loginIsForgotten = check(
  {
    ...UPGRADE_CHECK,
    id: 'STLS-025',
    slug: 'login-is-forgotten',
    title: 'A login from before TLS is discarded by the upgrade',
    sends:
      'AUTH in the clear where it is accepted, STARTTLS, and MAIL and RCPT for a recipient elsewhere inside TLS without a new AUTH; as controls the same without any login, and after a login inside TLS',
    demands: 'the upgrade is refused, or mail for elsewhere demands AUTH again',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc3207#4.2'],
    roles: ['submission', 'mx'],
    needs: ['account'],
    budget: '15s',
    limits: ['Needs an account that permits its password in the clear, and a server that takes it there.'],
    kills: ['smtp-keeps-login-across-tls'],
  },
  async (services) => {
    const { role, smtp, target, verify, cleartextAccount, inconclusive, lab, nonce, patiently } = services;
    const account = cleartextAccount();
    if (!account) {
      if (role === 'mx') await assertLoginListed(services);
      return inconclusive('precondition', 'No account permits its password in the clear.');
    }
    const client = await loggedInInClear(services, account);
    const goAhead = await client.startTls({ serverName: target.hostname });
    if (goAhead.code !== 220) {
      verify.met('the login does not survive', `STARTTLS: ${goAhead.text}`);
      return;
    }
    await client.ehlo();
    // Many servers take MAIL from anybody and decide at RCPT.
    const paths = { sender: `<${account.address}>`, recipient: `<${await lab().externalRecipient(nonce)}>` };
    const reply = await nameAndLeave(client, paths);
    const stranger = await patiently(async () => nameAndLeave(await smtp({ at: 'tls' }), paths));
    if (isRecipientTaken(stranger))
      inconclusive('precondition', `Mail for elsewhere is taken without any login: ${lineOf(stranger)}`);
    verify.that(!isRecipientTaken(reply), {
      demand: 'mail for elsewhere inside TLS demands a new login',
      expected: 'a refusal, as without a login',
      actual: lineOf(reply),
    });
    if (isRecipientTaken(reply) || reply.code === DEMANDS_LOGIN) return;
    const user = await nameAndLeave(await openUser(services, { role: services.role, account }), paths);
    if (!isRecipientTaken(user))
      inconclusive('precondition', `Mail for elsewhere is refused after a login too: ${lineOf(user)}`);
  },
);

/** Most exchangers know no login at all. */
async function assertLoginListed({ smtp, notApplicable }: Services): Promise<void> {
  const client = await smtp({ at: 'ready' });
  client.connection.close();
  assertListed({ notApplicable }, client, 'AUTH');
}

/** A session in the clear after a login there; ends the check where none is possible. */
async function loggedInInClear(services: Services, account: Account): Promise<SmtpClient> {
  const { smtp, sasl, patiently, notApplicable, inconclusive } = services;
  const { client, outcome, accepted } = await patiently(async () => {
    const session = await smtp({ at: 'ready' });
    assertListed(services, session, 'STARTTLS');
    const mechanism = chosenMechanism(services, session.capabilities?.mechanisms ?? [], account);
    const exchange = await sasl.authenticateSmtp(session, mechanism);
    if (!exchange.accepted) session.connection.close();
    const code = exchange.outcome.kind === 'reply' ? exchange.outcome.reply.code : 0;
    return { ...exchange, client: session, code };
  });
  if (accepted) return client;
  if (outcome.kind !== 'reply')
    return inconclusive(outcome.kind === 'closed' ? 'closed' : 'timeout', 'AUTH in the clear drew no reply.');
  if (!(await isRefusedUntilTls(services, outcome.reply))) assertDecided(services, outcome.reply);
  return notApplicable('No login is possible before TLS.', lineOf(outcome.reply));
}

async function nameAndLeave(client: SmtpClient, paths: Paths) {
  const reply = await nameRecipient(client, paths);
  await client.quit();
  return reply;
}
