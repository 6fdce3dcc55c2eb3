import { check, type ImapReply } from '../../harness/check/check.ts';
import { demandOk, linesOf, listed, OWN_FOLDER, select, withOwnFolder } from './own-folder.ts';

export const expungedNumbersAreTrue = check(
  {
    ...OWN_FOLDER,
    id: 'IMAP-019',
    slug: 'expunged-numbers-are-true',
    title: 'EXPUNGE tells true numbers, and never while FETCH, STORE or SEARCH refers to numbers',
    sends:
      'EXPUNGE of two neighbours among four messages; FETCH, STORE and SEARCH after an EXPUNGE of another session; CLOSE with a marked message',
    demands:
      'EXPUNGE responses that lead to what is left; none without a command, and none during FETCH, STORE and SEARCH; CLOSE removes without a word',
    severity: 'high',
    clauses: [
      'rfc9051#6.4.1',
      'rfc9051#6.4.3',
      'rfc9051#7.5.1',
      'rfc3501#6.4.2',
      'rfc3501#6.4.3',
      'rfc3501#7.4.1',
    ],
    connections: 2,
    limits: ['Whether other sessions are told at all is asked by IMAP-012.'],
    kills: ['imap-expunge-numbers-stand-still', 'imap-expunge-during-fetch', 'imap-close-keeps-marked'],
  },
  async (services) => {
    const { variant, target, inconclusive } = services;
    await variant('EXPUNGE of two neighbours', (verify) =>
      withOwnFolder(services, async (folder) => {
        const client = await folder.open();
        for (const label of ['first', 'second', 'third', 'fourth']) await folder.append(client, label);
        await select(services, client, folder.name);
        const before = (await listed(services, client)).map(({ uid }) => uid);
        const stored = demandOk(
          services,
          await client.command('STORE 2:3 +FLAGS.SILENT (\\Deleted)'),
          'STORE',
        );
        const early = stored.untagged.find(({ label }) => label === 'EXPUNGE');
        if (early)
          return inconclusive(
            'precondition',
            `The server removes what is marked before EXPUNGE asks for it: ${early.line}`,
          );
        const reply = demandOk(services, await client.command('EXPUNGE'), 'EXPUNGE');
        verify.that(after(before, reply).join(' ') === `${before[0]} ${before[3]}`, {
          demand: 'each EXPUNGE response has the number that the message has at that moment',
          expected: '* 2 EXPUNGE / * 2 EXPUNGE, or 3 and 2, before the tagged OK',
          actual: linesOf(reply),
        });
        await client.logout();
      }),
    );
    await variant('FETCH, STORE and SEARCH after an EXPUNGE of another session', (verify) =>
      withOwnFolder(services, async (folder) => {
        const phone = await folder.open();
        for (const label of ['first', 'second', 'third']) await folder.append(phone, label);
        const laptop = await folder.open();
        for (const client of [phone, laptop]) await select(services, client, folder.name);
        const third = (await listed(services, laptop))[2]?.uid;
        demandOk(services, await phone.command('STORE 1 +FLAGS.SILENT (\\Deleted)'), 'STORE');
        demandOk(services, await phone.command('EXPUNGE'), 'EXPUNGE');
        const unasked = (await laptop.connection.watch(target.timing.quietMs)).toString('latin1');
        verify.that(!/ EXPUNGE\b/i.test(unasked), {
          demand: 'EXPUNGE does not come while no command is in progress',
          expected: 'no EXPUNGE',
          actual: unasked || 'nothing',
        });
        let isStored = false;
        for (const command of ['FETCH 2 (UID)', 'STORE 3 +FLAGS (\\Flagged)', 'SEARCH ALL']) {
          const reply = await laptop.command(command);
          verify.absent(
            reply.untagged.find(({ label }) => label === 'EXPUNGE'),
            `EXPUNGE does not come while ${command.split(' ', 1)} is answered`,
            { what: 'EXPUNGE', as: ({ line }) => line },
          );
          if (command.startsWith('STORE')) isStored = reply.status === 'OK';
        }
        const flagged = (await listed(services, laptop)).filter(({ flags }) => flags.includes('\\Flagged'));
        if (isStored)
          verify.equal(
            flagged.map(({ uid }) => uid).join(' ') || 'no message',
            String(third),
            'STORE changes the message that has the number in this session',
          );
        await phone.logout();
        await laptop.logout();
      }),
    );
    await variant('CLOSE', (verify) =>
      withOwnFolder(services, async (folder) => {
        const client = await folder.open();
        for (const label of ['marked', 'kept']) await folder.append(client, label);
        await select(services, client, folder.name);
        demandOk(services, await client.command('STORE 1 +FLAGS.SILENT (\\Deleted)'), 'STORE');
        const reply = demandOk(services, await client.command('CLOSE'), 'CLOSE');
        verify.absent(
          reply.untagged.find(({ label }) => label === 'EXPUNGE'),
          'CLOSE sends no EXPUNGE',
          { what: 'EXPUNGE', as: ({ line }) => line },
        );
        await select(services, client, folder.name);
        verify.equal((await listed(services, client)).length, 1, 'CLOSE removes what is marked, and no more');
        await client.logout();
      }),
    );
  },
);

/** What is left of these UIDs for a client that believes the EXPUNGE responses, one after the other (RFC 9051 §7.5.1). */
function after(uids: readonly number[], { untagged }: ImapReply): readonly number[] {
  return untagged.reduce<readonly number[]>(
    (left, { label, number }) =>
      label === 'EXPUNGE' ? left.filter((_uid, index) => index + 1 !== number) : left,
    uids,
  );
}
