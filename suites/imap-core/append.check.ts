import { check } from '../../harness/check/check.ts';
import { listed, OWN_FOLDER, ownMessage, select, withOwnFolder } from './own-folder.ts';

export const failedAppendsLeaveNothing = check(
  {
    ...OWN_FOLDER,
    id: 'IMAP-017',
    slug: 'failed-appends-leave-nothing',
    title: 'An APPEND that fails leaves no message and no mailbox behind',
    sends:
      'APPEND to a mailbox that does not exist; APPEND whose connection ends in the middle of the message',
    demands: 'NO with TRYCREATE and no new mailbox; no message in the folder',
    severity: 'medium',
    clauses: ['rfc9051#6.3.12', 'rfc3501#6.3.11'],
    kills: ['imap-keeps-broken-append', 'imap-append-makes-mailbox'],
  },
  async (services) => {
    const { variant, bytes, inconclusive, pause, target } = services;
    await variant('a mailbox that does not exist', (verify) =>
      withOwnFolder(services, async (folder) => {
        const client = await folder.open();
        const name = `${folder.name}-none`;
        const content = { bytes: ownMessage(services, 'nowhere'), synchronising: true };
        const reply = await client.command([`APPEND "${name}" `, content]);
        const refused = verify
          .reply(reply, 'APPEND to a mailbox that does not exist is refused')
          .status('NO');
        // It is left out only where the mailbox cannot be made, and this one can: its sibling was.
        if (refused)
          verify.ideally.that(reply.code === 'TRYCREATE', {
            demand: 'the refusal says that the mailbox can be made',
            expected: 'NO [TRYCREATE]',
            actual: reply.text,
          });
        const { mailboxes } = await client.listMailboxes();
        verify.absent(
          mailboxes.find((one) => one.name === name),
          'APPEND does not make a mailbox',
          { what: 'the mailbox', as: (one) => one.name },
        );
        await client.logout();
      }),
    );
    await variant('the end of the connection in the middle of the message', (verify) =>
      withOwnFolder(services, async (folder) => {
        const client = await folder.open();
        const content = ownMessage(services, 'broken');
        const awaited = 'the reply to APPEND';
        const tag = client.send(`APPEND "${folder.name}" {${content.length}}`);
        const invited = await client.reply(tag, awaited);
        if (invited.status !== '+')
          inconclusive('precondition', `APPEND is not invited to send its message: ${invited.text}`);
        // Whole lines, so that nothing but the end that is missing can be wrong with it.
        client.raw(content.subarray(0, content.lastIndexOf(bytes.CRLF, -3) + bytes.CRLF.length));
        client.connection.close();
        // A server may still be busy with the end of the session before.
        await pause(target.timing.quietMs);
        const later = await folder.open();
        await select(services, later, folder.name);
        const left = await listed(services, later);
        verify.equal(left.length, 0, 'of a message that was not sent to its end, nothing is in the mailbox');
        await later.logout();
      }),
    );
  },
);
