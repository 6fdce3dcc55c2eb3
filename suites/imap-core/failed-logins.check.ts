import { check } from '../../harness/check/check.ts';
import { disposableAccount, verifyFailedLogins } from '../../harness/steps/failed-logins.ts';
import { openImap } from '../../harness/steps/imap-login.ts';

export const failedLoginsTellNothing = check(
  {
    id: 'IMAP-007',
    slug: 'failed-logins-tell-nothing',
    title: 'Login failures do not say which part was wrong and are slowed',
    sends: 'wrong passwords for a known and an unknown user in turn, and ten in a row',
    demands: 'both are refused alike, and guessing is slowed',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc9051#11.7', 'rfc3501#11.2'],
    roles: ['imap', 'imaps'],
    needs: ['account'],
    effect: 'disturbs',
    ownAddress: true,
    safety: 'intrusive',
    budget: '150s',
    limits: ['May lock the account or ban the address of the audit; runs last.'],
    kills: ['imap-reveals-unknown-user', 'auth-accepts-any-password', 'auth-never-slows-down'],
  },
  async (services) => {
    disposableAccount(services);
    // The right password must work, or a refusal of wrong ones says nothing.
    await (await openImap(services)).logout();
    await verifyFailedLogins(services, services.verify, async () => {
      const client = await services.imap({ at: 'tls' });
      return {
        connection: client.connection,
        async indication(login, password) {
          const { line, status } = await client.login(login, password);
          return { words: line.slice(line.indexOf(' ') + 1), isTaken: status === 'OK' };
        },
        guess: (login, password) => client.attempt(`LOGIN "${login}" "${password}"`),
      };
    });
  },
);
