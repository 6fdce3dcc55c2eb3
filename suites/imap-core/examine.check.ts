import { check } from '../../harness/check/check.ts';
import { demandOk, listed, OWN_FOLDER, select, withOwnFolder } from './own-folder.ts';

export const examineChangesNothing = check(
  {
    ...OWN_FOLDER,
    id: 'IMAP-016',
    slug: 'examine-changes-nothing',
    title: 'A mailbox that was opened by EXAMINE stays as it is',
    sends:
      'EXAMINE of a folder with an unread and a marked message: FETCH of a body, STORE, EXPUNGE and CLOSE; then SELECT in another session',
    demands: 'READ-ONLY, and after it both messages with the flags that they had',
    severity: 'medium',
    clauses: ['rfc9051#6.3.3', 'rfc9051#6.4.1', 'rfc3501#6.3.2', 'rfc3501#6.4.2'],
    limits: ['The flag \\Recent, which RFC 9051 has no more, is not looked at.'],
    kills: ['imap-examine-marks-seen', 'imap-examine-expunges'],
  },
  async (services) => {
    const { verify } = services;
    await withOwnFolder(services, async (folder) => {
      const writer = await folder.open();
      for (const label of ['unread', 'marked']) await folder.append(writer, label);
      await select(services, writer, folder.name);
      demandOk(services, await writer.command('STORE 2 +FLAGS.SILENT (\\Deleted)'), 'STORE');
      const before = await listed(services, writer);
      await writer.logout();

      const reader = await folder.open();
      const { reply, selected } = await reader.select(folder.name, { readOnly: true });
      demandOk(services, reply, 'EXAMINE');
      verify.that(selected?.readOnly === true, {
        demand: 'the OK to EXAMINE says that the mailbox is read-only',
        expected: 'OK [READ-ONLY]',
        actual: reply.text,
      });
      demandOk(services, await reader.command('FETCH 1 BODY[]'), 'FETCH of a body');
      // Whether these are refused, or taken without effect, is left to the server.
      for (const command of ['STORE 1 +FLAGS (\\Flagged)', 'EXPUNGE', 'CLOSE']) await reader.command(command);
      await reader.logout();

      const later = await folder.open();
      await select(services, later, folder.name);
      const after = await listed(services, later);
      verify.equal(
        after.map(({ uid }) => `UID ${uid}`).join(', ') || 'no message',
        before.map(({ uid }) => `UID ${uid}`).join(', '),
        'no message is removed after EXAMINE',
      );
      for (const { uid, flags } of before) {
        const found = after.find((one) => one.uid === uid);
        if (found)
          verify.equal(
            found.flags.join(' ') || 'no flags',
            flags.join(' ') || 'no flags',
            'no flag is changed after EXAMINE',
          );
      }
      await later.logout();
    });
  },
);
