import { check, type ImapClient } from '../../harness/check/check.ts';
import { demandOk, listed, OWN_FOLDER, select, withOwnFolder } from './own-folder.ts';

export const brokenSessionsRemoveNothing = check(
  {
    ...OWN_FOLDER,
    id: 'IMAP-014',
    slug: 'broken-sessions-remove-nothing',
    title: 'A session that breaks off, or ends by LOGOUT, removes nothing',
    sends: 'a message marked as deleted, then the end of the connection; and LOGOUT without CLOSE or EXPUNGE',
    demands: 'the message is still there, and marked',
    severity: 'high',
    clauses: ['rfc9051#2.3.2', 'rfc9051#6.4.1', 'rfc3501#2.3.2', 'rfc3501#6.4.2'],
    kills: ['imap-expunges-on-disconnect'],
  },
  async (services) => {
    const { variant, pause, target } = services;
    const endings: Readonly<Record<string, (client: ImapClient) => Promise<void>>> = {
      'the end of the connection': async (client) => client.connection.close(),
      LOGOUT: (client) => client.logout(),
    };
    for (const [name, end] of Object.entries(endings)) {
      await variant(name, (verify) =>
        withOwnFolder(services, async (folder) => {
          const client = await folder.open();
          await folder.append(client, 'only');
          await select(services, client, folder.name);
          demandOk(services, await client.command('STORE 1 +FLAGS (\\Deleted)'), 'STORE');
          await end(client);
          // A server may still be busy with the end of the session before.
          await pause(target.timing.quietMs);
          const later = await folder.open();
          await later.select(folder.name);
          const left = await listed(services, later);
          verify.equal(left.length, 1, 'a message that was marked and not expunged is still there');
          for (const { flags } of left.slice(0, 1))
            verify.ideally.that(flags.includes('\\Deleted'), {
              demand: 'the mark is kept',
              expected: '\\Deleted',
              actual: flags.join(' ') || 'no flags',
            });
          await later.logout();
        }),
      );
    }
  },
);
