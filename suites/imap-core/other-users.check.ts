import { check, type ImapClient, type Services, type Verify } from '../../harness/check/check.ts';
import { openImap } from '../../harness/steps/imap-login.ts';
import { ownMessage, select, withOwnFolder } from './own-folder.ts';

/** Names under which servers show, or are tricked into showing, the mail of a user. */
function waysTo(user: string, address: string): readonly string[] {
  return [
    `user.${user}`,
    `user/${user}`,
    `Other Users/${user}`,
    `Other Users/${address}`,
    `~${user}`,
    `shared/${user}`,
    `shared/${address}`,
    `../${user}`,
    `../${address}`,
    `../../${user}`,
    `../${user}/Maildir`,
    `/${user}`,
    // Modified UTF-7 of two dots (RFC 3501 §5.1.3).
    `&AC4ALg-/${user}`,
  ];
}
const PREFIXES = ['user.', 'user/', 'Other Users/', '~', 'shared/', '../', '#user/'];

export const usersAreApart = check(
  {
    id: 'IMAP-009',
    slug: 'users-are-apart',
    title: 'Users cannot list, select or discover mailboxes of other users',
    sends:
      'as the second account: NAMESPACE, LIST below the names of other users, and SELECT, EXAMINE, STATUS, GETACL, APPEND and COPY on mailboxes of the first one',
    demands: 'nothing of the first account is listed, and every command is refused',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc9051#11.5', 'rfc9051#5.1.2', 'rfc9051#6.3.10', 'rfc9051#9', 'rfc4314#4', 'rfc3501#9'],
    roles: ['imap', 'imaps'],
    needs: ['account', 'account-2'],
    effect: 'delivers',
    safety: 'intrusive',
    budget: '60s',
    connections: 2,
    limits: ['Accounts that share folders on purpose are not for this check.'],
    kills: ['imap-selects-foreign-mailbox', 'imap-lists-foreign-mailboxes'],
  },
  async (services) => {
    const { account, secondAccount, variant, nonce } = services;
    const victim = account();
    const other = secondAccount();
    const user = userOf(victim.login);
    await withOwnFolder(services, async (folder) => {
      const owner = await folder.open();
      await folder.append(owner, 'private');
      await owner.logout();
      const asOther = () => openImap(services, { account: other });

      await variant('LIST', async (verify) => {
        const client = await asOther();
        const found: string[] = [];
        for (const prefix of ['', ...PREFIXES, ...(await namespaces(client))]) {
          for (const pattern of ['%', '*', `${user}/*`]) {
            const { untagged } = await client.command(`LIST "" "${prefix}${pattern}"`);
            found.push(...untagged.filter(({ label }) => label === 'LIST').map(({ line }) => line));
          }
        }
        const foreign = found.filter((line) => line.includes(nonce) || names(line, user));
        verify.absent(foreign[0], 'LIST names no mailbox of another user', {
          what: 'a mailbox of another user',
          as: (line) => line,
        });
        await client.logout();
      });
      for (const way of waysTo(user, victim.address)) {
        await variant(way, async (verify) => {
          const client = await asOther();
          for (const mailbox of [`${way}/INBOX`, `${way}/${folder.name}`, way])
            await refused(verify, client, mailbox);
          await refusedToWrite(verify, services, client, `${way}/${folder.name}`);
          const nobody = `nosuch${nonce.slice(0, 8)}`;
          const known = await client.command(`SELECT "${way}/INBOX"`);
          const unknown = await client.command(`SELECT "${way.replace(user, nobody)}/INBOX"`);
          verify.ideally.equal(
            indication(known.line, user),
            indication(unknown.line, nobody),
            'the answer does not show whether the user exists',
          );
          await client.logout();
        });
      }
      await variant('a name with NUL', async (verify) => {
        const client = await asOther();
        const name = { bytes: Buffer.from(`../${user}\0/INBOX`), synchronising: true };
        verify.answer(await client.attempt(['SELECT ', name]), 'a name with NUL is refused', {
          statuses: ['NO', 'BAD'],
          closed: true,
        });
      });
    });
  },
);

function userOf(login: string): string {
  const at = login.indexOf('@');
  return at < 0 ? login : login.slice(0, at);
}

/** Whether the name in a LIST response has the user as a part of its own. */
function names(line: string, user: string): boolean {
  const name = /"[^"]*" "?([^"]*)"?$/.exec(line)?.[1] ?? '';
  return name.split(/[./~]/).includes(user);
}

/** Prefixes of mailboxes of other users and of shared ones that NAMESPACE tells (RFC 2342). */
async function namespaces(client: ImapClient): Promise<readonly string[]> {
  const { untagged } = await client.command('NAMESPACE');
  const line = untagged.find(({ label }) => label === 'NAMESPACE')?.line ?? '';
  return [...line.matchAll(/\("([^"]*)"/g)].flatMap(([, prefix]) => (prefix ? [prefix] : []));
}

async function refused(verify: Verify, client: ImapClient, mailbox: string): Promise<void> {
  for (const command of [
    `EXAMINE "${mailbox}"`,
    `SELECT "${mailbox}"`,
    `STATUS "${mailbox}" (MESSAGES)`,
    `GETACL "${mailbox}"`,
  ]) {
    verify.reply(await client.command(command), `${command} is refused`).status('NO', 'BAD');
  }
}

async function refusedToWrite(
  verify: Verify,
  services: Services,
  client: ImapClient,
  mailbox: string,
): Promise<void> {
  const content = { bytes: ownMessage(services, 'intruder'), synchronising: true };
  verify
    .reply(await client.command([`APPEND "${mailbox}" `, content]), `APPEND to "${mailbox}" is refused`)
    .status('NO', 'BAD');
  await select(services, client, 'INBOX', { readOnly: true });
  const copied = await client.command(`COPY 1 "${mailbox}"`);
  verify.that(copied.status !== 'OK' || copied.code !== 'COPYUID', {
    demand: `COPY to "${mailbox}" is refused`,
    expected: 'NO or BAD',
    actual: copied.line,
  });
}

/** A reply without its tag and without the name that was asked for. */
function indication(line: string, user: string): string {
  return line
    .slice(line.indexOf(' ') + 1)
    .replaceAll(user, '<user>')
    .replace(/\(\d[^)]*\)/, '');
}
