import { check, type Interception, type Services, type Verify } from '../../harness/check/check.ts';
import { announcedExtensions } from '../../harness/steps/extensions.ts';
import { fallBackToClear, type Path } from './clear-fallback.ts';
import { openUpgrade } from './upgrade-session.ts';

/** What the man in the middle does, and what he is asked before the client falls back. */
const ATTACKS = [
  { name: 'the keyword is deleted', kind: 'strip-capability' },
  { name: 'the keyword is overwritten', kind: 'overwrite-capability' },
  { name: 'the upgrade is refused on the way', kind: 'refuse-upgrade' },
  { name: 'TLS ends on the way', kind: 'terminate-tls' },
] as const;

export const strippedSessionIsUseless = check(
  {
    id: 'STLS-019',
    slug: 'stripped-session-is-useless',
    title: 'A stripped session cannot be used to authenticate or submit (STARTTLS stripping, server side)',
    sends:
      'through a man in the middle that deletes or overwrites the upgrade keyword, refuses the upgrade, or ends TLS himself: logins, and on submission MAIL and RCPT, all of which the target sees in the clear',
    demands: 'every login and the mail are refused, before a password is asked for',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc3207#6', 'rfc4954#9', 'rfc8314#4.1', 'rfc2595#2.2'],
    roles: ['submission', 'mx', 'pop3', 'imap'],
    needs: ['account', 'mitm', 'vantage'],
    effect: 'fails-logins',
    safety: 'safe',
    budget: '90s',
    limits: [
      'Without an account that permits its password in the clear, a login ends where the password is asked for, and a server that never asks is trusted.',
    ],
    kills: [
      'smtp-accepts-hidden-auth-before-tls',
      'mx-accepts-hidden-auth-before-tls',
      'mx-advertises-plain-before-tls',
      'smtp-keeps-login-across-tls',
      'submission-takes-mail-before-tls',
      'pop3-accepts-user-pass-before-tls',
      'pop3-solicits-password-before-tls',
      'pop3-accepts-sasl-plain-before-tls',
      'imap-accepts-login-before-tls',
      'imap-accepts-authenticate-before-tls',
    ],
  },
  async (services) => {
    const { lab, role, variant, notApplicable } = services;
    const world = lab();
    // A target that trusts the address of the man in the middle treats it in its own way.
    world.assertUntrusted();
    const direct = await openUpgrade(services);
    const { offered, announced } = direct;
    direct.connection.close();
    if (role === 'mx' && !offered && !(await announcedExtensions(services)).has('AUTH')) {
      notApplicable('The port offers neither an upgrade nor a login.', announced);
    }
    for (const { name, kind } of ATTACKS) {
      if (!offered && (kind === 'refuse-upgrade' || kind === 'terminate-tls')) continue;
      await variant(name, async (verify) => {
        const mitm = await world.intercept(role, { kind });
        await assertInPlace(services, mitm, kind, offered);
        const path: Path = { through: mitm, at: kind === 'terminate-tls' ? 'tls' : 'ready' };
        await judgeFallback(services, verify, path);
      });
    }
  },
);

/** Proves that the attack takes place: the client does not get the TLS that the target offers. */
async function assertInPlace(
  services: Services,
  mitm: Interception,
  kind: (typeof ATTACKS)[number]['kind'],
  offered: boolean,
): Promise<void> {
  if (!offered || kind === 'terminate-tls') return;
  const seen = await openUpgrade(services, mitm);
  const refused = kind === 'refuse-upgrade' && seen.offered ? !(await seen.ask()).positive : !seen.offered;
  seen.connection.close();
  if (!refused)
    services.inconclusive('environment', `The man in the middle did not keep TLS away: ${seen.announced}`);
}

async function judgeFallback(services: Services, verify: Verify, path: Path): Promise<void> {
  const undecided: string[] = [];
  for (const { name, line, solicited, succeeded } of await fallBackToClear(services, path)) {
    if (succeeded === undefined) undecided.push(name);
    else {
      verify.that(!succeeded, {
        demand: `${name} is refused on a connection that the target sees in the clear`,
        expected: 'a refusal',
        actual: line,
      });
    }
    if (!solicited) continue;
    verify.ideally.missed(`${name} is refused before a password is asked for`, {
      expected: 'a refusal at once',
      actual: line,
    });
  }
  if (undecided.length > 0) {
    services.inconclusive(
      'precondition',
      `A password is asked for by ${undecided.join(' and ')}, and no account permits its password in the clear.`,
    );
  }
}
