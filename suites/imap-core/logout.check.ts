import { check, type ImapClient, type Services, type Verify } from '../../harness/check/check.ts';
import { openImap } from '../../harness/steps/imap-login.ts';
import { linesOf } from './own-folder.ts';

export const logoutSaysGoodbye = check(
  {
    id: 'IMAP-004',
    slug: 'logout-says-goodbye',
    title: 'LOGOUT gives BYE, then tagged OK, then close',
    sends: 'LOGOUT before the login, after it, and with a mailbox selected',
    demands: 'an untagged BYE, the tagged OK, and the end of the connection',
    level: 'MUST',
    severity: 'info',
    clauses: ['rfc9051#6.1.3', 'rfc9051#3.4', 'rfc3501#6.1.3', 'rfc3501#3.4'],
    roles: ['imap', 'imaps'],
    needs: ['account'],
    effect: 'reads',
    safety: 'safe',
    budget: '30s',
    kills: ['imap-logout-without-bye'],
  },
  async (services) => {
    const { imap, variant } = services;
    await variant('before the login', async (verify) =>
      verifyLogout(verify, services, await imap({ at: 'tls' })),
    );
    await variant('after the login', async (verify) =>
      verifyLogout(verify, services, await openImap(services)),
    );
    await variant('with a mailbox selected', async (verify) => {
      const client = await openImap(services);
      await client.select('INBOX', { readOnly: true });
      await verifyLogout(verify, services, client);
    });
  },
);

async function verifyLogout(verify: Verify, { target }: Services, client: ImapClient): Promise<void> {
  const reply = await client.command('LOGOUT');
  verify.reply(reply, 'LOGOUT is answered OK').status('OK');
  verify.that(
    reply.untagged.some(({ label }) => label === 'BYE'),
    {
      demand: 'an untagged BYE comes before the tagged OK',
      expected: '* BYE',
      actual: linesOf(reply),
    },
  );
  const end = await client.connection.untilEnd(target.timing.replyMs);
  verify.found(end, 'the server ends the connection', {
    what: 'the end of the connection',
    as: ({ how }) => `the end of the connection (${how})`,
  });
}
