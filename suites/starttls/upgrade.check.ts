import { check, type Services } from '../../harness/check/check.ts';
import { openUpgrade } from './upgrade-session.ts';

/** Upgrades that are tried before a temporary refusal counts. */
const ATTEMPTS = 3;

export const advertisedUpgradeSucceeds = check(
  {
    id: 'STLS-005',
    slug: 'advertised-upgrade-succeeds',
    title: 'An advertised STARTTLS succeeds',
    sends: 'the upgrade command, a handshake with TLS 1.2 or 1.3, and the capability command inside TLS',
    demands: 'the upgrade is accepted, the handshake completes, and the capability command is answered',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8314#4', 'rfc5321#4.2.4'],
    roles: ['mx', 'submission', 'pop3', 'imap'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '15s',
    kills: ['upgrade-refused', 'upgrade-handshake-fails', 'pop3-announces-stls-and-refuses'],
  },
  async (services) => {
    const { verify, pause, notApplicable, role } = services;
    let session = await openUpgrade(services);
    if (!session.offered) notApplicable(`${role} does not offer an upgrade.`, session.announced);
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
      verify.ideally.that(false, {
        demand: 'the upgrade is accepted at once',
        expected: 'no temporary failure',
        actual: `${temporary.length} of ${temporary.length + 1} attempts: ${temporary[0]}`,
      });
    }
    const failure = await session.handshake();
    const completed = verify.that(failure === null, {
      demand: 'the handshake completes',
      expected: 'TLS 1.2 or 1.3',
      actual: failure ?? session.connection.tls?.protocol ?? 'no session',
    });
    if (!completed) return;
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
    id: 'STLS-006',
    slug: 'starttls-takes-no-parameter',
    title: 'STARTTLS with a parameter is rejected with 501',
    sends: 'STARTTLS with a word behind it, then NOOP',
    demands: 'a permanent refusal, 501 by definition, after which the session goes on',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc3207#4'],
    roles: ['mx', 'submission'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '8s',
    kills: ['smtp-starttls-takes-parameter', 'smtp-starttls-parameter-wrong-code'],
  },
  async ({ smtp, role, verify, notApplicable }) => {
    const client = await smtp({ at: 'ready' });
    if (!client.capabilities?.keywords.has('STARTTLS')) {
      notApplicable(
        `${role} does not offer STARTTLS.`,
        [...(client.capabilities?.keywords.keys() ?? [])].join(' '),
      );
    }
    const reply = await client.command('STARTTLS now');
    const refused = verify.reply(reply, 'STARTTLS with a parameter is refused').codeClass(5);
    if (!refused) return;
    verify.ideally.reply(reply, 'the refusal is 501').code(501);
    verify.reply(await client.command('NOOP'), 'the session goes on').code(250);
  },
);

export const upgradeNotOfferedInsideTls = check(
  {
    id: 'STLS-009',
    slug: 'upgrade-not-offered-inside-tls',
    title: 'STARTTLS is not offered again after the handshake (SMTP, IMAP, POP3)',
    sends: 'the upgrade, then the capability command inside TLS',
    demands: 'the upgrade keyword is gone',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc3207#4.2', 'rfc9051#6.2.1', 'rfc2595#4'],
    roles: ['mx', 'submission', 'pop3', 'imap'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '8s',
    kills: [
      'smtp-offers-starttls-inside-tls',
      'imap-offers-starttls-inside-tls',
      'pop3-offers-stls-inside-tls',
    ],
  },
  async (services) => {
    const session = await upgradedSession(services);
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
    id: 'STLS-010',
    slug: 'second-upgrade-refused',
    title: 'A second upgrade command inside TLS is rejected',
    sends: 'the upgrade command inside TLS, then NOOP or its like',
    demands: 'a negative reply, after which the session goes on inside TLS',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc3207#4.2', 'rfc9051#6.2.1', 'rfc2595#4'],
    roles: ['mx', 'submission', 'pop3', 'imap'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '8s',
    kills: ['answers-second-upgrade', 'closes-on-second-upgrade'],
  },
  async (services) => {
    const { verify } = services;
    const session = await upgradedSession(services);
    await session.capabilities();
    const second = await session.askAgain();
    if (second.kind === 'closed') {
      verify.ideally.that(false, {
        demand: 'a second upgrade is answered with an error',
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

/** A session inside TLS; not applicable where no upgrade is offered. */
async function upgradedSession(services: Services) {
  const { notApplicable, inconclusive, role } = services;
  const session = await openUpgrade(services);
  if (!session.offered) notApplicable(`${role} does not offer an upgrade.`, session.announced);
  const goAhead = await session.ask();
  if (!goAhead.positive)
    inconclusive('precondition', `${role} offers the upgrade and refuses it: ${goAhead.line}`);
  const failure = await session.handshake();
  if (failure !== null) inconclusive('precondition', `The handshake on ${role} failed: ${failure}`);
  return session;
}
