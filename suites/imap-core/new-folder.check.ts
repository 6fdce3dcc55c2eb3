import { check, type ImapClient, type Services } from '../../harness/check/check.ts';
import { demandOk, listed, OWN_FOLDER, type OwnFolder, select, withOwnFolder } from './own-folder.ts';

/** UIDVALIDITY may be the time in seconds, so that two folders of one second would have the same. */
const NEXT_SECOND_MS = 1_100;

export const newFoldersAreNotOldOnes = check(
  {
    ...OWN_FOLDER,
    id: 'IMAP-018',
    slug: 'new-folders-are-not-old-ones',
    title: 'A folder that takes the name of one that was deleted or renamed cannot be taken for it',
    sends:
      'a folder with two messages, then DELETE or RENAME; CREATE of the same name, two other messages and SELECT',
    demands: 'another UIDVALIDITY, or UIDs that the old folder did not have',
    severity: 'medium',
    clauses: [
      'rfc9051#2.3.1.1',
      'rfc9051#6.3.4',
      'rfc9051#6.3.5',
      'rfc9051#6.3.6',
      'rfc3501#2.3.1.1',
      'rfc3501#6.3.3',
      'rfc3501#6.3.4',
      'rfc3501#6.3.5',
    ],
    waits: () => 2 * NEXT_SECOND_MS,
    limits: [
      'The second folder is made more than a second after the first: a UIDVALIDITY that is the time in seconds passes.',
    ],
    kills: ['imap-uidvalidity-is-always-one'],
  },
  async (services) => {
    const { variant, pause, inconclusive } = services;
    const away: Readonly<Record<string, (name: string) => string>> = {
      DELETE: (name) => `DELETE "${name}"`,
      RENAME: (name) => `RENAME "${name}" "${name}-away"`,
    };
    for (const [verb, command] of Object.entries(away)) {
      await variant(verb, (verify) =>
        withOwnFolder(services, async (folder) => {
          // A name of its own: Dovecot may know one for a moment longer that was deleted a moment ago.
          const name = `${folder.name}-${verb.toLowerCase()}`;
          const client = await folder.open();
          const old = await made(services, folder, client, name);
          // A selected mailbox may not be deleted everywhere.
          await select(services, client, folder.name);
          demandOk(services, await client.command(command(name)), verb);
          await pause(NEXT_SECOND_MS);
          const fresh = await made(services, folder, client, name);
          if (old.uidValidity === undefined || fresh.uidValidity === undefined)
            return inconclusive('precondition', 'SELECT does not tell UIDVALIDITY.');
          const isNew = old.uidValidity !== fresh.uidValidity;
          verify.that(isNew || !fresh.uids.some((uid) => old.uids.includes(uid)), {
            demand: 'no pair of UIDVALIDITY and UID of the old folder comes again in the new one',
            expected: `not UIDVALIDITY ${old.uidValidity} with ${old.uids.join(' or ')}`,
            actual: `UIDVALIDITY ${fresh.uidValidity} with ${fresh.uids.join(' and ')}`,
          });
          await client.logout();
        }),
      );
    }
  },
);

/** A folder of this name with two messages, selected: its UIDVALIDITY and their UIDs. */
async function made(services: Services, folder: OwnFolder, client: ImapClient, name: string) {
  demandOk(services, await client.command(`CREATE "${name}"`), 'CREATE');
  for (const label of ['first', 'second']) await folder.append(client, label, name);
  const selected = await select(services, client, name);
  const messages = await listed(services, client);
  return { uidValidity: selected?.uidValidity, uids: messages.map(({ uid }) => uid) };
}
