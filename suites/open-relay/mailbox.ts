import type { ImapClient, Role, Services } from '../../harness/check/check.ts';
import { openImap } from '../../harness/steps/imap-login.ts';
import { MAILBOX_ROLES } from '../../harness/steps/in-mailbox.ts';
import { openedMailboxes } from '../../harness/steps/opened-mailboxes.ts';
import { openPop3 } from '../../harness/steps/pop3-login.ts';

/** What lies in a mailbox: the message itself, or a report about it (RFC 3464). */
export type LocalMail = 'message' | 'report';

/** The mailbox of the first account, to see what was delivered on the spot. */
export interface Mailbox {
  /** Which of the tokens are in it; nothing where no way into the mailbox is left, which is noted. */
  look(tokens: readonly string[]): Promise<ReadonlyMap<string, LocalMail>>;
  close(): void;
}

/** Newest messages that POP3 looks through, and lines of each: reports quote the header of the message. */
const POP3_MESSAGES = 50;
const POP3_LINES = 100;

/** Opens the mailbox inside TLS by the first declared way that leads in; nothing happens before the first look. */
export function openMailbox(services: Services): Mailbox {
  const { target, note } = services;
  const [account] = target.accounts;
  const ways = account ? MAILBOX_ROLES.filter((way) => target.endpoints[way]) : [];
  if (ways.length === 0)
    note('no look into a mailbox: the target declares no account, or neither IMAP nor POP3');
  let client: ImapClient | undefined;

  async function search(role: Role, tokens: readonly string[]): Promise<ReadonlyMap<string, LocalMail>> {
    if (role === 'pop3' || role === 'pop3s') return lookByPop3(services, role, tokens);
    client ??= await openImap(services, { role });
    return lookByImap(client, tokens);
  }
  return {
    async look(tokens) {
      for (let [role] = ways; role !== undefined; [role] = ways) {
        try {
          return await search(role, tokens);
        } catch (failure) {
          // A way that failed once is not tried again: what was or will be seen elsewhere counts all the same.
          ways.shift();
          client?.connection.close();
          client = undefined;
          const why = failure instanceof Error ? failure.message : String(failure);
          note(`no look into the mailbox by ${role}: ${why}`);
        }
      }
      return new Map();
    },
    close: () => client?.connection.close(),
  };
}

async function lookByImap(
  client: ImapClient,
  tokens: readonly string[],
): Promise<ReadonlyMap<string, LocalMail>> {
  const found = new Map<string, LocalMail>();
  for await (const _ of openedMailboxes(client)) {
    for (const token of tokens) {
      const text = `TEXT "${token}"`;
      if (!(await anyMatches(client, text))) continue;
      const report = await anyMatches(client, `HEADER "Content-Type" "multipart/report" ${text}`);
      found.set(token, report ? 'report' : 'message');
    }
  }
  return found;
}

async function anyMatches(client: ImapClient, criteria: string): Promise<boolean> {
  const { untagged } = await client.command(`SEARCH ${criteria}`);
  return untagged.some(({ label, line }) => label === 'SEARCH' && /\d/.test(line));
}

async function lookByPop3(
  services: Services,
  role: Role,
  tokens: readonly string[],
): Promise<ReadonlyMap<string, LocalMail>> {
  const found = new Map<string, LocalMail>();
  const client = await openPop3(services, { role });
  const { sizes } = await client.list();
  for (const number of [...sizes.keys()].slice(-POP3_MESSAGES)) {
    const { bytes } = await client.top(number, POP3_LINES);
    for (const token of tokens) if (bytes?.includes(token)) found.set(token, kindOf(bytes));
  }
  await client.quit();
  return found;
}

function kindOf(message: Buffer): LocalMail {
  return /^content-type:\s*multipart\/report\b/im.test(message.toString('latin1')) ? 'report' : 'message';
}
