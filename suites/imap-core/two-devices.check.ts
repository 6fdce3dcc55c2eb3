import { check, type ImapClient, type Services } from '../../harness/check/check.ts';
import {
  demandOk,
  linesOf,
  listed,
  OWN_FOLDER,
  type OwnFolder,
  select,
  withOwnFolder,
} from './own-folder.ts';

/** Two sessions of the account, as of a telephone and a laptop. */
interface Devices {
  readonly folder: OwnFolder;
  readonly phone: ImapClient;
  readonly laptop: ImapClient;
}

/** Runs `body` with a folder that holds these messages and is selected in two sessions. */
function onTwoDevices(
  services: Services,
  labels: readonly string[],
  body: (devices: Devices) => Promise<void>,
): Promise<void> {
  return withOwnFolder(services, async (folder) => {
    const phone = await folder.open();
    for (const label of labels) await folder.append(phone, label);
    const laptop = await folder.open();
    for (const client of [phone, laptop]) await select(services, client, folder.name);
    await body({ folder, phone, laptop });
  });
}

export const flagsAreShared = check(
  {
    ...OWN_FOLDER,
    id: 'IMAP-010',
    slug: 'flags-are-shared',
    title: 'Flags that one device sets or clears are seen by another',
    sends: 'STORE in one session, NOOP and FETCH in another that was open, and in one that begins later',
    demands: 'the flags are the same in all sessions',
    severity: 'medium',
    clauses: ['rfc9051#2.3.2', 'rfc9051#6.4.6', 'rfc3501#2.3.2', 'rfc3501#6.4.6'],
    connections: 2,
    kills: ['imap-forgets-flags'],
  },
  async (services) => {
    const { verify } = services;
    await onTwoDevices(services, ['only'], async ({ folder, phone, laptop }) => {
      const seenBy = async (who: string, client: ImapClient, expected: string) => {
        const [message] = await listed(services, client);
        verify.equal(
          message ? message.flags.join(' ') || 'no flags' : 'no message',
          expected,
          `the flags that the first session left are seen by ${who}`,
        );
      };
      demandOk(services, await phone.command('STORE 1 +FLAGS (\\Seen \\Flagged)'), 'STORE');
      await seenBy('a session that was open', laptop, '\\Flagged \\Seen');
      demandOk(services, await phone.command('STORE 1 -FLAGS (\\Flagged)'), 'STORE');
      await seenBy('a session that was open', laptop, '\\Seen');
      await laptop.logout();
      await phone.logout();
      const later = await folder.open();
      await later.select(folder.name);
      await seenBy('a session that began later', later, '\\Seen');
      await later.logout();
    });
  },
);

export const foldersAreShared = check(
  {
    ...OWN_FOLDER,
    id: 'IMAP-011',
    slug: 'folders-are-shared',
    title: 'Folders that one device creates, renames, subscribes or deletes are so for another',
    sends: 'CREATE, SUBSCRIBE, RENAME and DELETE in one session, LIST and LSUB in another',
    demands: 'the other session lists what there is now, with the mail in it',
    severity: 'medium',
    clauses: [
      'rfc9051#6.3.4',
      'rfc9051#6.3.5',
      'rfc9051#6.3.6',
      'rfc9051#6.3.7',
      'rfc9051#6.3.9',
      'rfc3501#6.3.3',
      'rfc3501#6.3.4',
      'rfc3501#6.3.5',
      'rfc3501#6.3.6',
      'rfc3501#6.3.8',
      'rfc3501#6.3.9',
    ],
    connections: 2,
    kills: ['imap-rename-does-nothing'],
  },
  async (services) => {
    const { verify } = services;
    await withOwnFolder(services, async (folder) => {
      const phone = await folder.open();
      const laptop = await folder.open();
      const [first, second] = [`${folder.name}-a`, `${folder.name}-b`];
      const lists = async (verb: 'LIST' | 'LSUB', name: string, expected: string, demand: string) => {
        const { untagged } = await laptop.command(`${verb} "" "${name}"`);
        const isThere = untagged.some(({ label, line }) => label === verb && line.includes(name));
        return verify.equal(`${verb} ${isThere ? 'shows' : 'does not show'} it`, expected, demand);
      };
      const shows = (name: string, demand: string) => lists('LIST', name, 'LIST shows it', demand);
      const hides = (name: string, demand: string) => lists('LIST', name, 'LIST does not show it', demand);
      demandOk(services, await phone.command(`CREATE "${first}"`), 'CREATE');
      await folder.append(phone, 'only');
      await shows(first, 'a folder that the first session created is listed in the second');
      demandOk(services, await phone.command(`SUBSCRIBE "${first}"`), 'SUBSCRIBE');
      await lists(
        'LSUB',
        first,
        'LSUB shows it',
        'a folder that the first session subscribed is subscribed in the second',
      );
      demandOk(services, await phone.command(`UNSUBSCRIBE "${first}"`), 'UNSUBSCRIBE');
      demandOk(services, await phone.command(`RENAME "${first}" "${second}"`), 'RENAME');
      const isRenamed = await shows(
        second,
        'a folder that the first session renamed has its new name in the second',
      );
      await hides(first, 'the old name is gone');
      if (!isRenamed) return;
      demandOk(services, await phone.command(`DELETE "${second}"`), 'DELETE');
      await hides(second, 'a folder that the first session deleted is gone in the second');
      await phone.logout();
      await laptop.logout();
    });
  },
);

export const expungesAreTold = check(
  {
    ...OWN_FOLDER,
    id: 'IMAP-012',
    slug: 'expunges-are-told',
    title: 'A message that one device expunges is gone for another, which is told so before numbers change',
    sends: 'the second of three messages marked and expunged in one session; NOOP and UID FETCH in another',
    demands: 'the other session gets an EXPUNGE response, and the first and third message are left',
    severity: 'high',
    clauses: [
      'rfc9051#7.5.1',
      'rfc9051#6.4.3',
      'rfc9051#2.3.2',
      'rfc9051#7',
      'rfc3501#7.4.1',
      'rfc3501#2.3.2',
      'rfc3501#6.4.3',
      'rfc3501#7',
    ],
    connections: 2,
    kills: ['imap-expunge-untold'],
  },
  async (services) => {
    const { verify } = services;
    await onTwoDevices(services, ['first', 'second', 'third'], async ({ phone, laptop }) => {
      const before = await listed(services, laptop);
      demandOk(services, await phone.command('STORE 2 +FLAGS.SILENT (\\Deleted)'), 'STORE');
      const marked = await listed(services, laptop);
      verify.equal(marked.length, 3, 'a message that is marked as deleted is still there');
      demandOk(services, await phone.command('EXPUNGE'), 'EXPUNGE');
      const reply = await laptop.command('NOOP');
      const told = reply.untagged.filter(({ label }) => label === 'EXPUNGE' || label === 'VANISHED');
      verify.that(told.length === 1 && (told[0]?.number ?? 2) === 2, {
        demand: 'the other session is told that message 2 is gone',
        expected: '* 2 EXPUNGE',
        actual: linesOf(reply),
      });
      const left = (await listed(services, laptop)).map(({ uid }) => uid).join(' ');
      const expected = [before[0]?.uid, before[2]?.uid].join(' ');
      verify.equal(
        left || 'no messages',
        expected,
        'the first and the third message are left, with their UIDs',
      );
      await phone.logout();
      await laptop.logout();
    });
  },
);

export const arrivalsAreTold = check(
  {
    ...OWN_FOLDER,
    id: 'IMAP-015',
    slug: 'arrivals-are-told',
    title: 'A session is told of mail that comes while it has the mailbox open',
    sends: 'a message put into a folder by one session; NOOP and FETCH in another that has it selected',
    demands: 'EXISTS with the new number of messages, and the message is there',
    severity: 'medium',
    clauses: [
      'rfc9051#7.4.1',
      'rfc9051#5.2',
      'rfc9051#6.3.12',
      'rfc3501#5.2',
      'rfc3501#6.3.11',
      'rfc3501#7.3.1',
    ],
    connections: 2,
    kills: ['imap-arrivals-untold'],
  },
  async (services) => {
    const { verify } = services;
    await onTwoDevices(services, [], async ({ folder, phone, laptop }) => {
      await folder.append(phone, 'only');
      const reply = await laptop.command('NOOP');
      verify.that(
        reply.untagged.some(({ label, number }) => label === 'EXISTS' && number === 1),
        {
          demand: 'the session that has the folder selected is told of the new message',
          expected: '* 1 EXISTS',
          actual: linesOf(reply),
        },
      );
      verify.equal((await listed(services, laptop)).length, 1, 'the new message can be fetched');
      await phone.logout();
      await laptop.logout();
    });
  },
);
