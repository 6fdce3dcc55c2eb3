import {
  check,
  type Services,
  type SmtpClient,
  type SmtpReply,
  TIMING,
  type Verify,
} from '../../harness/check/check.ts';
import { deviation, type Indication, median, slowedDown, steady } from '../../harness/steps/indication.ts';
import { fromNewAddress } from '../../harness/steps/own-address.ts';
import { isPermanent, isPositive, lineOf } from '../../harness/steps/replies.ts';
import { assertAuthWorks, authPlain, offeredMechanisms, plain, submissionClient } from './inside-tls.ts';

const ROUNDS = 3;
/** Differences below this are network and scheduling, in milliseconds. */
const TIMING_FLOOR = 50;

interface Observation extends Indication {
  readonly reply: SmtpReply;
}

export const wrongCredentialsRevealNothing = check(
  {
    id: 'SUB-006',
    slug: 'wrong-credentials-reveal-nothing',
    title: 'Invalid credentials are refused with 535 and reveal nothing about account existence',
    sends:
      'AUTH PLAIN with a wrong password for an existing account and for one that does not exist, three interleaved rounds',
    demands: '535 5.7.8 in the same words for both',
    level: 'SHOULD',
    severity: 'high',
    clauses: ['rfc4954#4', 'rfc4954#6'],
    roles: ['submission', 'submissions'],
    needs: ['account'],
    effect: 'fails-logins',
    resources: [TIMING],
    safety: 'intrusive',
    budget: '60s',
    limits: [
      'Timing is compared over three rounds: a difference counts when it exceeds 50 ms and three standard deviations. Where each failure slows the next one down, nothing is said about it.',
    ],
    kills: ['auth-reveals-unknown-user', 'auth-failure-other-code', 'auth-accepts-any-password'],
  },
  async (services) => {
    const { account, nonce, target, verify } = services;
    const { login } = account();
    const unknown = login.includes('@') ? `nouser-${nonce}@${target.domain}` : `nouser-${nonce}`;
    // Establishes that the login works at all: a server that refuses everybody shows nothing.
    await assertLoginWorks(services);
    const existing: Observation[] = [];
    const missing: Observation[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      existing.push(await attempt(services, login));
      missing.push(await attempt(services, unknown));
    }
    const all = [...existing, ...missing];
    const demand = 'wrong credentials are refused';
    const accepted = all.find(({ reply }) => reply.code === 235);
    if (accepted) {
      verify.missed(demand, { expected: 'a refusal', actual: accepted.indication });
      return;
    }
    verify.met(demand, steady(all));
    verify.equal(
      steady(missing),
      steady(existing),
      'a wrong password and an unknown account are refused in the same words',
    );
    const other = all.find(({ reply }) => reply.code !== 535) ?? all[0];
    if (other) verify.ideally.reply(other.reply, 'the refusal is 535').code(535);
    const slower = [existing, missing].map(slowedDown).find((one) => one !== undefined);
    if (slower !== undefined) {
      services.note(
        `nothing is said about the times, because each failure slows the next one down: ${slower}`,
      );
      return;
    }
    const difference = Math.abs(median(existing) - median(missing));
    verify.ideally.that(difference < TIMING_FLOOR || difference < 3 * deviation(all), {
      demand: 'a wrong password and an unknown account are refused equally fast',
      expected: `less than ${TIMING_FLOOR} ms or three standard deviations apart`,
      actual: `${Math.round(difference)} ms apart`,
    });
  },
);

async function assertLoginWorks(services: Services): Promise<void> {
  const client = await submissionClient(services);
  const reply = await authPlain(services, client, plain(services, services.account()));
  client.connection.close();
  if (reply.code !== 235)
    services.inconclusive('precondition', `The right password does not log in either: ${reply.text}`);
}

async function attempt(services: Services, login: string): Promise<Observation> {
  const client = await submissionClient(services, fromNewAddress(services));
  const wrong = plain(services, { login, password: `wrong-${services.nonce}` });
  const started = performance.now();
  const reply = await authPlain(services, client, wrong);
  const ms = performance.now() - started;
  client.connection.close();
  return { reply, indication: lineOf(reply), ms };
}

export const emptyAndForeignIdentitiesRefused = check(
  {
    id: 'SUB-010',
    slug: 'empty-and-foreign-identities-refused',
    title: 'Empty passwords, NUL tricks and foreign authorization identities are refused',
    sends:
      'PLAIN messages with an empty password, an empty login, one NUL, octets after a third NUL, and the right password with a foreign authorization identity',
    demands: 'all are refused',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc4616#2'],
    roles: ['submission', 'submissions'],
    needs: ['account', 'account-2'],
    effect: 'fails-logins',
    safety: 'intrusive',
    budget: '60s',
    limits: [
      'Whose session a login with a foreign authorization identity opens is seen only where MAIL compares senders with users; elsewhere it is a warning.',
    ],
    kills: [
      'auth-accepts-empty-password',
      'auth-accepts-foreign-authzid',
      'auth-ignores-authzid',
      'auth-accepts-nul-tricks',
    ],
  },
  async (services) => {
    const { variant, account, target, bytes, nonce } = services;
    const own = account();
    const mechanisms = await offeredMechanisms(services);
    if (!mechanisms.includes('PLAIN'))
      services.notApplicable('PLAIN is not offered.', `AUTH lists ${mechanisms.join(' ') || 'nothing'}`);
    await assertLoginWorks(services);

    const refused = (name: string, message: string) =>
      variant(name, (verify) => verifyRefused(services, verify, name, bytes.base64(message)));
    await refused('an empty password', `\0${own.login}\0`);
    await refused('an empty login', `\0\0${own.password}`);
    await refused('one NUL alone', `${own.login}\0${own.password}`);
    await refused('octets after a third NUL', `\0${own.login}\0${own.password}\0${nonce}`);

    const foreign = target.accounts[1];
    if (!foreign) {
      services.note('Only one account is declared; the foreign authorization identity was not tried.');
      return;
    }
    if (target.claims.proxyLogins.includes(foreign.login)) {
      services.note(
        `The account may act for ${foreign.login} by declaration; the foreign authorization identity was not tried.`,
      );
      return;
    }
    await variant('a foreign authorization identity', async (verify) => {
      const client = await submissionClient(services, fromNewAddress(services));
      const reply = await authPlain(services, client, plain(services, own, foreign.login));
      if (reply.code !== 235) {
        verify.reply(reply, 'a foreign authorization identity is refused').codeClass(5);
        return;
      }
      // Accepted: whose session is it? Where senders are compared, it takes those of its user alone.
      const { asOther, asOwn } = await takenSenders(client, foreign.address, own.address);
      client.connection.close();
      const control = await submissionClient(services);
      const login = await authPlain(services, control, plain(services, own));
      if (login.code !== 235) services.inconclusive('precondition', `A good login is refused: ${login.text}`);
      const usual = await takenSenders(control, foreign.address, own.address);
      const gained = isPositive(asOther) && !isPositive(usual.asOther);
      const lost = isPermanent(asOwn) && isPositive(usual.asOwn);
      const strength = gained || lost ? verify : verify.ideally;
      strength.missed('a foreign authorization identity is refused', {
        expected: '535 or another refusal',
        actual: `${lineOf(reply)}; MAIL as the other account ${lineOf(asOther)}, as the own ${lineOf(asOwn)}; without that identity ${lineOf(usual.asOther)} and ${lineOf(usual.asOwn)}`,
      });
    });
  },
);

/** What a session says to MAIL of two senders. */
async function takenSenders(
  client: SmtpClient,
  other: string,
  own: string,
): Promise<{ readonly asOther: SmtpReply; readonly asOwn: SmtpReply }> {
  const asOther = await client.command(`MAIL FROM:<${other}>`);
  await client.command('RSET');
  return { asOther, asOwn: await client.command(`MAIL FROM:<${own}>`) };
}

/** A response of PLAIN is refused; 454 counts where it is lasting, and a good login goes through meanwhile. */
async function verifyRefused(
  services: Services,
  verify: Verify,
  name: string,
  response: string,
): Promise<void> {
  const attempt = async () => {
    const client = await submissionClient(services, fromNewAddress(services));
    const answer = await client.attempt(`AUTH PLAIN ${response}`);
    client.connection.close();
    return answer;
  };
  let answer = await attempt();
  if (answer.kind === 'reply' && answer.reply.code === 454) {
    await assertLoginWorks(services);
    answer = await attempt();
    if (answer.kind === 'reply' && answer.reply.code === 454) {
      await assertLoginWorks(services);
      verify.met(`${name} is refused`, lineOf(answer.reply));
      verify.ideally.missed(`${name} is refused for good`, {
        expected: '535 or another refusal for good',
        actual: `${lineOf(answer.reply)} twice, while a good login goes through`,
      });
      return;
    }
  }
  if (answer.kind === 'reply') assertAuthWorks(services, answer.reply);
  verify.answer(answer, `${name} is refused`, { codeClasses: [5] });
}
