import { check } from '../../harness/check/check.ts';
import { assertListed } from '../../harness/steps/extensions.ts';
import { isAlive, lineOf } from '../../harness/steps/replies.ts';
import { UPGRADE_CHECK } from './upgrade-check.ts';
import { openOffered, openUpgrade, openUpgraded, orEnd } from './upgrade-session.ts';

/** Upgrades that are tried before a temporary refusal counts. */
const ATTEMPTS = 3;

export const advertisedUpgradeSucceeds = check(
  {
    ...UPGRADE_CHECK,
    id: 'STLS-005',
    slug: 'advertised-upgrade-succeeds',
    title: 'An advertised STARTTLS succeeds',
    sends: 'the upgrade command, a handshake with TLS 1.2 or 1.3, and the capability command inside TLS',
    demands: 'the upgrade is accepted, the handshake completes, and the capability command is answered',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8314#4', 'rfc3207#3', 'rfc5321#4.2.4'],
    budget: '15s',
    kills: [
      'upgrade-refused',
      'upgrade-handshake-fails',
      'pop3-announces-stls-and-refuses',
      'access-refuses-own-server-name',
    ],
  },
  async (services) => {
    const { verify, pause } = services;
    let session = await openOffered(services);
    let goAhead = await session.ask();
    // 454 can come from a limit on TLS sessions; it is tried again and stays a deviation.
    const temporary: string[] = [];
    while (goAhead.temporary && temporary.length < ATTEMPTS - 1) {
      temporary.push(goAhead.line);
      session.connection.close();
      await pause(1_000);
      session = await openUpgrade(services);
      goAhead = await session.ask();
    }
    const accepted = verify.that(goAhead.positive, {
      demand: 'the advertised upgrade is accepted',
      expected: 'a positive reply',
      actual: goAhead.line,
    });
    if (!accepted) return;
    if (temporary.length > 0) {
      verify.ideally.missed('the upgrade is accepted at once', {
        expected: 'no temporary failure',
        actual: `${temporary.length} of ${temporary.length + 1} attempts: ${temporary[0]}`,
      });
    }
    const failure = await session.handshake();
    if (failure !== null) {
      verify.missed('the handshake completes', { expected: 'TLS 1.2 or 1.3', actual: failure });
      return;
    }
    verify.met('the handshake completes', session.connection.tls?.protocol ?? 'TLS');
    const inside = await session.capabilities();
    verify.that(inside.answered, {
      demand: 'the capability command is answered inside TLS',
      expected: 'a capability list',
      actual: inside.line,
    });
  },
);

export const starttlsTakesNoParameter = check(
  {
    ...UPGRADE_CHECK,
    id: 'STLS-006',
    slug: 'starttls-takes-no-parameter',
    title: 'STARTTLS with a parameter is rejected with 501',
    sends: 'STARTTLS with a word after it, then NOOP',
    demands: 'a refusal, 501 by definition, after which the session goes on',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc3207#4'],
    roles: ['mx', 'submission'],
    kills: ['smtp-starttls-takes-parameter', 'smtp-starttls-parameter-wrong-code'],
  },
  async (services) => {
    const { smtp, verify } = services;
    const client = await smtp({ at: 'ready' });
    assertListed(services, client, 'STARTTLS');
    const reply = await client.command('STARTTLS now');
    // Some say 4yz to all but STARTTLS itself before TLS: with another code a refusal is one still.
    const refused = verify.reply(reply, 'STARTTLS with a parameter is refused').codeClass(4, 5);
    if (!refused) return;
    if (!isAlive(reply)) {
      verify.missed('the session goes on', { expected: 'a refusal other than 421', actual: lineOf(reply) });
      return;
    }
    verify.ideally.reply(reply, 'the refusal is 501').code(501);
    const after = await client.command('NOOP');
    verify.that(isAlive(after), {
      demand: 'the session goes on',
      expected: 'a reply',
      actual: lineOf(after),
    });
  },
);

export const upgradeNotOfferedInsideTls = check(
  {
    ...UPGRADE_CHECK,
    id: 'STLS-009',
    slug: 'upgrade-not-offered-inside-tls',
    title: 'STARTTLS is not offered again after the handshake (SMTP, IMAP, POP3)',
    sends: 'the upgrade, then the capability command inside TLS',
    demands: 'the upgrade keyword is gone',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc3207#4.2', 'rfc9051#6.2.1', 'rfc2595#4'],
    kills: [
      'smtp-offers-starttls-inside-tls',
      'imap-offers-starttls-inside-tls',
      'pop3-offers-stls-inside-tls',
    ],
  },
  async (services) => {
    const session = await openUpgraded(services);
    const { offersUpgrade, line } = await session.capabilities();
    const { verify } = services;
    // RFC 3207 forbids it for SMTP; for IMAP and POP3 it is bad style.
    const strength = session.protocol === 'smtp' ? verify : verify.ideally;
    strength.that(!offersUpgrade, {
      demand: 'the upgrade is not offered inside TLS',
      expected: 'no upgrade keyword',
      actual: line,
    });
  },
);

export const secondUpgradeRefused = check(
  {
    ...UPGRADE_CHECK,
    id: 'STLS-010',
    slug: 'second-upgrade-refused',
    title: 'A second upgrade command inside TLS is rejected',
    sends: 'the upgrade command inside TLS, then NOOP or its like',
    demands: 'a negative reply, after which the session goes on inside TLS',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc3207#4.2', 'rfc9051#6.2.1', 'rfc2595#4'],
    kills: ['answers-second-upgrade', 'closes-on-second-upgrade'],
  },
  async (services) => {
    const { verify } = services;
    const session = await openUpgraded(services);
    await session.capabilities();
    const second = await orEnd(session.connection, session.ask());
    if (second === 'ended') {
      verify.ideally.missed('a second upgrade is answered with an error', {
        expected: 'a negative reply',
        actual: 'the end of the connection',
      });
      return;
    }
    const refused = verify.that(!second.positive, {
      demand: 'a second upgrade is refused',
      expected: 'a negative reply',
      actual: second.line,
    });
    if (!refused) return;
    const after = await session.noop();
    verify.that(after.alive, {
      demand: 'the session goes on inside TLS',
      expected: 'an answer',
      actual: after.line,
    });
  },
);
