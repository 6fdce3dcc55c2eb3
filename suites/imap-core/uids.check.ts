import { check, type ImapClient, type Services } from '../../harness/check/check.ts';
import { demandOk, OWN_FOLDER, type OwnFolder, select, withOwnFolder } from './own-folder.ts';

export const uidsAreForGood = check(
  {
    ...OWN_FOLDER,
    id: 'IMAP-013',
    slug: 'uids-are-for-good',
    title: 'UIDs and UIDVALIDITY are the same in every session, and a message stays what it is',
    sends:
      'SELECT and UID FETCH in three sessions, the last after a message was removed and another one came',
    demands: 'the same UIDVALIDITY, UIDs and octets; no UID is used again',
    severity: 'medium',
    clauses: ['rfc9051#2.3.1.1', 'rfc9051#6.4.5', 'rfc3501#2.3.1.1', 'rfc3501#6.4.5'],
    kills: ['imap-uidvalidity-changes'],
  },
  async (services) => {
    const { verify } = services;
    await withOwnFolder(services, async (folder) => {
      const first = await view(services, folder, async (client) => {
        for (const label of ['first', 'second', 'third']) await folder.append(client, label);
      });
      const second = await view(services, folder);
      const { uidValidity } = first;
      if (verify.found(uidValidity, 'SELECT tells UIDVALIDITY', { what: 'UIDVALIDITY', as: String }))
        verify.equal(second.uidValidity, uidValidity, 'UIDVALIDITY is the same in the next session');
      verify.equal(second.messages, first.messages, 'UIDs and octets are the same in the next session');
      const third = await view(services, folder, async (client) => {
        await select(services, client, folder.name);
        demandOk(services, await client.command('STORE 3 +FLAGS.SILENT (\\Deleted)'), 'STORE');
        demandOk(services, await client.command('EXPUNGE'), 'EXPUNGE');
        await folder.append(client, 'fourth');
      });
      const removed = first.uids[2] ?? 0;
      verify.that(third.uids.length === 3 && third.uids.every((uid) => uid !== removed), {
        demand: 'the UID of a message that was removed is not used again',
        expected: `3 messages, none of them ${removed}`,
        actual: third.uids.join(' '),
      });
    });
  },
);

/** What a session of its own sees of the folder, after `change`. */
async function view(
  services: Services,
  folder: OwnFolder,
  change: (client: ImapClient) => Promise<void> = async () => undefined,
) {
  const client = await folder.open();
  await change(client);
  const selected = await select(services, client, folder.name);
  const uids: number[] = [];
  const facts: string[] = [];
  for await (const { uid, bytes } of client.fetchAll()) {
    uids.push(uid);
    facts.push(
      `${uid} ${/-(\w+)$/m.exec(/^Subject: .*/m.exec(bytes.toString('latin1'))?.[0] ?? '')?.[1]} ${bytes.length}`,
    );
  }
  await client.logout();
  return { uidValidity: selected?.uidValidity, uids, messages: facts.join(', ') };
}
