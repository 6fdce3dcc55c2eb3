import { check, type ImapClient, type Services } from '../../harness/check/check.ts';
import { demandOk, listed, type OwnFolder, withOwnFolder } from './own-folder.ts';

/** Two sessions of the account on the folder, as of a telephone and a laptop. */
async function twoDevices(
  services: Services,
  folder: OwnFolder,
): Promise<{ readonly phone: ImapClient; readonly laptop: ImapClient }> {
  const phone = await folder.open();
  const laptop = await folder.open();
  for (const client of [phone, laptop])
    demandOk(services, (await client.select(folder.name)).reply, 'SELECT');
  return { phone, laptop };
}

export const flagsAreShared = check(
  {
    id: 'IMAP-010',
    slug: 'flags-are-shared',
    title: 'Flags that one device sets or clears are seen by another',
    sends: 'STORE in one session, NOOP and FETCH in another that was open, and in one that begins later',
    demands: 'the flags are the same in all sessions',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc9051#2.3.2', 'rfc9051#6.4.6', 'rfc3501#2.3.2'],
    roles: ['imap', 'imaps'],
    needs: ['account'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '30s',
    connections: 2,
    kills: ['imap-forgets-flags'],
  },
  async (services) => {
    const { verify } = services;
    await withOwnFolder(services, async (folder) => {
      const maker = await folder.open();
      await folder.append(maker, 'only');
      await maker.logout();
      const { phone, laptop } = await twoDevices(services, folder);
      const seenBy = async (who: string, client: ImapClient, expected: string) => {
        const flags = (await listed(services, client))[0]?.flags.join(' ') ?? 'no message';
        verify.that(flags === expected, {
          demand: `the flags that the first session left are seen by ${who}`,
          expected: expected || 'no flags',
          actual: flags || 'no flags',
        });
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
    id: 'IMAP-011',
    slug: 'folders-are-shared',
    title: 'Folders that one device creates, renames, subscribes or deletes are so for another',
    sends: 'CREATE, SUBSCRIBE, RENAME and DELETE in one session, LIST and LSUB in another',
    demands: 'the other session lists what there is now, with the mail in it',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc9051#6.3.4', 'rfc9051#6.3.5', 'rfc9051#6.3.6', 'rfc9051#6.3.7'],
    roles: ['imap', 'imaps'],
    needs: ['account'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '30s',
    connections: 2,
    kills: ['imap-rename-does-nothing'],
  },
  async (services) => {
    const { verify } = services;
    await withOwnFolder(services, async (folder) => {
      const phone = await folder.open();
      const laptop = await folder.open();
      const [first, second] = [`${folder.name}-a`, `${folder.name}-b`];
      const lists = async (verb: 'LIST' | 'LSUB', name: string) => {
        const { untagged } = await laptop.command(`${verb} "" "${name}"`);
        return untagged.some(({ label, line }) => label === verb && line.includes(name));
      };
      const verifyListed = async (verb: 'LIST' | 'LSUB', name: string, expected: boolean, demand: string) => {
        const found = await lists(verb, name);
        verify.that(found === expected, {
          demand,
          expected: expected ? `${verb} shows it` : `${verb} does not show it`,
          actual: found ? `${verb} shows it` : `${verb} does not show it`,
        });
      };
      demandOk(services, await phone.command(`CREATE "${first}"`), 'CREATE');
      await folder.append(phone, 'only');
      await verifyListed(
        'LIST',
        first,
        true,
        'a folder that the first session created is listed in the second',
      );
      demandOk(services, await phone.command(`SUBSCRIBE "${first}"`), 'SUBSCRIBE');
      await verifyListed(
        'LSUB',
        first,
        true,
        'a folder that the first session subscribed is subscribed in the second',
      );
      demandOk(services, await phone.command(`UNSUBSCRIBE "${first}"`), 'UNSUBSCRIBE');
      demandOk(services, await phone.command(`RENAME "${first}" "${second}"`), 'RENAME');
      await verifyListed(
        'LIST',
        second,
        true,
        'a folder that the first session renamed has its new name in the second',
      );
      await verifyListed('LIST', first, false, 'the old name is gone');
      if (!(await lists('LIST', second))) return;
      demandOk(services, await phone.command(`DELETE "${second}"`), 'DELETE');
      await verifyListed(
        'LIST',
        second,
        false,
        'a folder that the first session deleted is gone in the second',
      );
      await phone.logout();
      await laptop.logout();
    });
  },
);

export const expungesAreTold = check(
  {
    id: 'IMAP-012',
    slug: 'expunges-are-told',
    title: 'A message that one device expunges is gone for another, which is told so before numbers change',
    sends: 'the second of three messages marked and expunged in one session; NOOP and UID FETCH in another',
    demands: 'the other session gets an EXPUNGE response, and the first and third message are left',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc9051#7.5.1', 'rfc9051#6.4.3', 'rfc3501#7.4.1'],
    roles: ['imap', 'imaps'],
    needs: ['account'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '30s',
    connections: 2,
    kills: ['imap-expunge-untold'],
  },
  async (services) => {
    const { verify } = services;
    await withOwnFolder(services, async (folder) => {
      const maker = await folder.open();
      for (const label of ['first', 'second', 'third']) await folder.append(maker, label);
      await maker.logout();
      const { phone, laptop } = await twoDevices(services, folder);
      const before = await listed(services, laptop);
      demandOk(services, await phone.command('STORE 2 +FLAGS.SILENT (\\Deleted)'), 'STORE');
      verify.that((await listed(services, laptop)).length === 3, {
        demand: 'a message that is marked as deleted is still there',
        expected: '3 messages',
        actual: `${(await listed(services, laptop)).length} messages`,
      });
      demandOk(services, await phone.command('EXPUNGE'), 'EXPUNGE');
      const { untagged } = await laptop.command('NOOP');
      const told = untagged.filter(({ label }) => label === 'EXPUNGE' || label === 'VANISHED');
      verify.that(told.length === 1 && (told[0]?.number ?? 2) === 2, {
        demand: 'the other session is told that message 2 is gone',
        expected: '* 2 EXPUNGE',
        actual: untagged.map(({ line }) => line).join(' / ') || 'nothing',
      });
      const left = (await listed(services, laptop)).map(({ uid }) => uid).join(' ');
      const expected = [before[0]?.uid, before[2]?.uid].join(' ');
      verify.that(left === expected, {
        demand: 'the first and the third message are left, with their UIDs',
        expected,
        actual: left || 'no messages',
      });
      await phone.logout();
      await laptop.logout();
    });
  },
);

export const uidsAreForGood = check(
  {
    id: 'IMAP-013',
    slug: 'uids-are-for-good',
    title: 'UIDs and UIDVALIDITY are the same in every session, and a message stays what it is',
    sends:
      'SELECT and UID FETCH in three sessions, the last after a message was removed and another one came',
    demands: 'the same UIDVALIDITY, UIDs and octets; no UID is used again',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc9051#2.3.1.1', 'rfc3501#2.3.1.1'],
    roles: ['imap', 'imaps'],
    needs: ['account'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '30s',
    kills: ['imap-uidvalidity-changes'],
  },
  async (services) => {
    const { verify } = services;
    await withOwnFolder(services, async (folder) => {
      const first = await view(services, folder, async (client) => {
        for (const label of ['first', 'second', 'third']) await folder.append(client, label);
      });
      const second = await view(services, folder);
      verify.that(first.uidValidity !== undefined && first.uidValidity === second.uidValidity, {
        demand: 'UIDVALIDITY is the same in the next session',
        expected: String(first.uidValidity),
        actual: String(second.uidValidity),
      });
      verify.that(first.messages === second.messages, {
        demand: 'UIDs and octets are the same in the next session',
        expected: first.messages,
        actual: second.messages,
      });
      const third = await view(services, folder, async (client) => {
        await client.select(folder.name);
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
  const { reply, selected } = await client.select(folder.name);
  demandOk(services, reply, 'SELECT');
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

export const brokenSessionsRemoveNothing = check(
  {
    id: 'IMAP-014',
    slug: 'broken-sessions-remove-nothing',
    title: 'A session that breaks off, or ends by LOGOUT, removes nothing',
    sends: 'a message marked as deleted, then the end of the connection; and LOGOUT without CLOSE or EXPUNGE',
    demands: 'the message is still there, and marked',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc9051#2.3.2', 'rfc9051#6.4.3', 'rfc3501#6.4.3'],
    roles: ['imap', 'imaps'],
    needs: ['account'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '30s',
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
          demandOk(services, (await client.select(folder.name)).reply, 'SELECT');
          demandOk(services, await client.command('STORE 1 +FLAGS (\\Deleted)'), 'STORE');
          await end(client);
          // A server may still be busy with the end of the session before.
          await pause(target.timing.quietMs);
          const later = await folder.open();
          await later.select(folder.name);
          const left = await listed(services, later);
          verify.that(left.length === 1, {
            demand: 'a message that was marked and not expunged is still there',
            expected: '1 message',
            actual: `${left.length} messages`,
          });
          verify.ideally.that(left[0]?.flags.includes('\\Deleted') ?? true, {
            demand: 'the mark is kept',
            expected: '\\Deleted',
            actual: left[0]?.flags.join(' ') ?? 'no message',
          });
          await later.logout();
        }),
      );
    }
  },
);

export const arrivalsAreTold = check(
  {
    id: 'IMAP-015',
    slug: 'arrivals-are-told',
    title: 'A session is told of mail that comes while it has the mailbox open',
    sends: 'a message put into a folder by one session; NOOP and FETCH in another that has it selected',
    demands: 'EXISTS with the new number of messages, and the message is there',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc9051#7.4.1', 'rfc9051#5.2', 'rfc3501#5.2'],
    roles: ['imap', 'imaps'],
    needs: ['account'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '30s',
    connections: 2,
    kills: ['imap-arrivals-untold'],
  },
  async (services) => {
    const { verify } = services;
    await withOwnFolder(services, async (folder) => {
      const { phone, laptop } = await twoDevices(services, folder);
      await folder.append(phone, 'only');
      const { untagged } = await laptop.command('NOOP');
      verify.that(
        untagged.some(({ label, number }) => label === 'EXISTS' && number === 1),
        {
          demand: 'the session that has the folder selected is told of the new message',
          expected: '* 1 EXISTS',
          actual: untagged.map(({ line }) => line).join(' / ') || 'nothing',
        },
      );
      const seen = await listed(services, laptop);
      verify.that(seen.length === 1, {
        demand: 'the new message can be fetched',
        expected: '1 message',
        actual: `${seen.length} messages`,
      });
      await phone.logout();
      await laptop.logout();
    });
  },
);
