import { check, type Services } from '../../harness/check/check.ts';
import { IMAP_ROLES, openImap } from '../../harness/steps/imap-login.ts';
import { MESSAGE, OWN_MAIL, ownMail, withOwnMail } from './own-mail.ts';

export const retrievedMailStays = check(
  {
    ...OWN_MAIL,
    id: 'POP3-012',
    slug: 'retrieved-mail-stays',
    title: 'What one device retrieves and does not delete is there for the next device',
    sends: 'RETR and QUIT in one session, then RETR in another',
    demands: 'the message is still there and the same',
    level: 'SHOULD',
    severity: 'high',
    clauses: ['rfc1939#8', 'rfc2449#6.7'],
    budget: '30s',
    kills: ['pop3-removes-what-was-retrieved'],
  },
  async (services) => {
    const { verify, notApplicable } = services;
    await withOwnMail(services, [ownMail(services, 'only')], async (open) => {
      const phone = await open();
      const { capabilities } = await phone.client.capa();
      const expire = capabilities?.get('EXPIRE') ?? '';
      if (/^0( |$)/.test(expire))
        notApplicable('The server announces that it keeps nothing that was retrieved.', `EXPIRE ${expire}`);
      const first = await phone.client.retr(phone.number('only'));
      await phone.client.quit();

      const laptop = await open();
      const number = laptop.numbers.get('only');
      const demand = 'a message that was retrieved and not deleted is there in the next session';
      if (verify.found(number, demand, MESSAGE)) {
        const second = await laptop.client.retr(number);
        verify.that(second.bytes !== undefined && first.bytes?.equals(second.bytes) === true, {
          demand: 'both sessions retrieve the same octets',
          expected: `${first.bytes?.length ?? 0} octets`,
          actual: second.bytes ? `${second.bytes.length} octets` : second.reply.line,
        });
      }
      await laptop.client.quit();
    });
  },
);

export const uniqueIdsServeTwoDevices = check(
  {
    ...OWN_MAIL,
    id: 'POP3-013',
    slug: 'unique-ids-serve-two-devices',
    title: 'Unique-ids are the same for every device, by every way in, and after a message was read',
    sends:
      'UIDL in a session; then the message is read and flagged, by IMAP too where there is IMAP; UIDL on every POP3 port',
    demands: 'the message has the same unique-id everywhere',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc1939#7'],
    per: 'target',
    budget: '40s',
    kills: ['pop3-uidl-changes-when-read'],
  },
  async (services) => {
    const { verify, roles, notApplicable } = services;
    await withOwnMail(services, [ownMail(services, 'only')], async (open) => {
      const phone = await open();
      const number = phone.number('only');
      const { ids, reply } = await phone.client.uidl();
      if (reply.status !== '+OK') notApplicable('The server has no UIDL, which is optional.', reply.text);
      const expected = ids.get(number);
      const hasId = verify.found(expected, 'the message has a unique-id', {
        what: 'a unique-id',
        as: (id) => id,
      });
      if (!hasId) return;
      await phone.client.retr(number);
      await phone.client.quit();
      await readByImap(services);
      for (const role of roles) {
        const device = await open({ role });
        const found = (await device.client.uidl()).ids.get(device.number('only'));
        verify.equal(found, expected, `the message that was read has the same unique-id on ${role}`);
        await device.client.quit();
      }
    });
  },
);

/** Marks the own message as read and flagged, as a mail program on another device would. */
async function readByImap(services: Services): Promise<void> {
  const { target, nonce, note } = services;
  const role = IMAP_ROLES.find((each) => target.endpoints[each]);
  if (!role) return note('no IMAP: the message was read by POP3 alone');
  const client = await openImap(services, { role });
  await client.select('INBOX');
  for (const uid of await client.search(`HEADER "Subject" "${nonce}"`))
    await client.command(`UID STORE ${uid} +FLAGS (\\Seen \\Flagged)`);
  await client.logout();
}

export const deletionHitsWhatWasMarked = check(
  {
    ...OWN_MAIL,
    id: 'POP3-014',
    slug: 'deletion-hits-what-was-marked',
    title: 'A message that one device deletes is gone for the others, and no other message is',
    sends: 'DELE of the second of three own messages and QUIT; then a session on every POP3 port',
    demands: 'the second message is gone everywhere, the first and the third are there',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc1939#6', 'rfc1939#5'],
    per: 'target',
    budget: '30s',
    kills: ['pop3-removes-one-too-many'],
  },
  async (services) => {
    const { verify, roles } = services;
    const mail = ['first', 'second', 'third'].map((label) => ownMail(services, label));
    await withOwnMail(services, mail, async (open) => {
      const phone = await open();
      await phone.client.command(`DELE ${phone.number('second')}`);
      await phone.client.quit();
      for (const role of roles) {
        const { client, numbers } = await open({ role });
        const left = [...numbers.keys()].sort().join(' and ');
        verify.that(numbers.has('first') && numbers.has('third'), {
          demand: `what was not marked is still there on ${role}`,
          expected: 'first and third',
          actual: left || 'nothing',
        });
        verify.ideally.that(!numbers.has('second'), {
          demand: `what was deleted is gone on ${role}`,
          expected: 'first and third',
          actual: left || 'nothing',
        });
        await client.quit();
      }
    });
  },
);

export const maildropsAreApart = check(
  {
    ...OWN_MAIL,
    id: 'POP3-015',
    slug: 'maildrops-are-apart',
    title: 'A login opens the maildrop of its own account and of no other',
    sends: 'a message into the mailbox of the first account, then a session of the second one',
    demands: 'the second account does not see the message',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc1939#4'],
    needs: ['account', 'account-2'],
    budget: '30s',
    kills: ['pop3-opens-mailbox-of-another'],
  },
  async (services) => {
    const { verify, secondAccount } = services;
    const account = secondAccount();
    await withOwnMail(services, [ownMail(services, 'only')], async (open) => {
      const { client, numbers } = await open({ account });
      verify.absent(
        numbers.get('only'),
        'the mail of one account is not in the maildrop of another',
        MESSAGE,
      );
      await client.quit();
    });
  },
);
