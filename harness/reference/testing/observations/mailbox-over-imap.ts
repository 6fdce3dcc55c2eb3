import { lines } from '../../../wire/bytes.ts';
import { type Dialogue, TIMER_SPEED } from '../dialogue.ts';
import type { Observations } from '../observation.ts';
import type { RawClient } from '../raw-client.ts';

async function append(client: RawClient): Promise<void> {
  const content = lines('Subject: a message', '', 'text');
  await client.askLine(`f APPEND INBOX {${content.length}}`);
  client.write(Buffer.concat([content, lines('')]));
  while (!(await client.line()).startsWith('f ')) {
    // Responses about the selected mailbox come first.
  }
}

/** Runs commands on imaps, logged in, and joins all responses. */
function session(...commands: readonly string[]) {
  return async (dialogue: Dialogue): Promise<string> => {
    const client = await dialogue.loggedIn('imaps');
    const found: string[] = [];
    for (const command of commands) found.push(...(await client.imap('t', command)));
    return found.join('|');
  };
}

/** Two sessions with INBOX selected, which holds one message. */
async function two(dialogue: Dialogue): Promise<[RawClient, RawClient]> {
  const first = await dialogue.loggedIn('imaps');
  await append(first);
  const second = await dialogue.loggedIn('imaps');
  for (const client of [first, second]) await client.imap('s', 'SELECT INBOX');
  return [first, second];
}

/** Faults of the mailbox over IMAP. */
export const MAILBOX_OVER_IMAP: Observations = {
  'imap-greets-without-asterisk': {
    good: /^\* OK /,
    faulty: /^OK /,
    probe: async (dialogue) => (await dialogue.connect('imaps')).greeting,
  },
  'imap-capability-after-tagged': {
    good: /^\* CAPABILITY/,
    faulty: /^c OK/,
    async probe(dialogue) {
      const { client } = await dialogue.connect('imaps');
      return client.askLine('c CAPABILITY');
    },
  },
  'imap-logout-without-bye': {
    good: /^\* BYE/,
    faulty: /^t OK/,
    probe: session('LOGOUT'),
  },
  'imap-accepts-bad-base64': {
    good: /^a BAD/,
    faulty: /^a OK/,
    async probe(dialogue) {
      const { client } = await dialogue.inside('imaps');
      const right = dialogue.plain();
      await client.askLine('a AUTHENTICATE PLAIN');
      return client.askLine(`${right.slice(0, 4)}!${right.slice(4)}`);
    },
  },
  'imap-executes-refused-literal': {
    good: /^a BAD .* \/ b OK/,
    faulty: /^a BAD .* \/ \* BYE/,
    async probe(dialogue) {
      const { client } = await dialogue.inside('imaps');
      client.write(lines('a APPEND INBOX {11+}', 'x1 LOGOUT', '', 'b NOOP'));
      return `${await client.line()} / ${await client.line()}`;
    },
  },
  'imap-reveals-unknown-user': {
    good: /^a NO \[AUTHENTICATIONFAILED\]/,
    faulty: /^a NO Unknown user/,
    async probe(dialogue) {
      const { client } = await dialogue.inside('imaps');
      return client.askLine('a LOGIN nobody@example.test wrong');
    },
  },
  'imap-short-autologout': {
    good: /^answers$/,
    faulty: /^\* BYE/,
    async probe(dialogue) {
      const client = await dialogue.loggedIn('imaps');
      // Between ten minutes and forty, as fast as they pass for the dialogues.
      const unasked = await client.within(0, 1_000_000 / TIMER_SPEED);
      return unasked === '' ? 'answers' : unasked;
    },
  },
  'imap-selects-foreign-mailbox': {
    good: /^t NO/,
    faulty: /t OK/,
    probe: session('SELECT ../bob/INBOX'),
  },
  'imap-lists-foreign-mailboxes': {
    good: /^((?!bob).)*$/,
    faulty: /Other Users\/bob\/INBOX/,
    probe: session('LIST "" *'),
  },
  'imap-forgets-flags': {
    good: /FLAGS \(.*\\Flagged/,
    faulty: /FLAGS \(((?!Flagged).)*\)/,
    async probe(dialogue) {
      const [first, second] = await two(dialogue);
      await first.imap('t', 'STORE 1 +FLAGS.SILENT (\\Flagged)');
      return (await second.imap('t', 'FETCH 1 FLAGS')).join('|');
    },
  },
  'imap-rename-does-nothing': {
    good: /"b"/,
    faulty: /"a"/,
    async probe(dialogue) {
      await session('CREATE a', 'RENAME a b')(dialogue);
      return session('LIST "" %')(dialogue);
    },
  },
  'imap-expunge-untold': {
    good: /^\* 1 EXPUNGE/,
    faulty: /^n OK/,
    async probe(dialogue) {
      const [first, second] = await two(dialogue);
      await first.imap('t', 'STORE 1 +FLAGS (\\Deleted)');
      await first.imap('t', 'EXPUNGE');
      return (await second.imap('n', 'NOOP')).join('|');
    },
  },
  'imap-arrivals-untold': {
    good: /^\* 2 EXISTS/,
    faulty: /^n OK/,
    async probe(dialogue) {
      const [first, second] = await two(dialogue);
      await append(first);
      return (await second.imap('n', 'NOOP')).join('|');
    },
  },
  'imap-uidvalidity-changes': {
    good: /UIDVALIDITY (\d+)\].*UIDVALIDITY \1\]/,
    faulty: /UIDVALIDITY (\d+)\].*UIDVALIDITY (?!\1\])/,
    probe: session('SELECT INBOX', 'SELECT INBOX'),
  },
  'imap-expunges-on-disconnect': {
    good: /MESSAGES 1\)/,
    faulty: /MESSAGES 0\)/,
    async probe(dialogue) {
      const [first, second] = await two(dialogue);
      await first.imap('t', 'STORE 1 +FLAGS (\\Deleted)');
      first.close();
      // The other session is told once the server has noticed.
      for (let left = 20; left > 0; left -= 1) {
        const status = (await second.imap('n', 'STATUS INBOX (MESSAGES)')).join('|');
        if (status.includes('MESSAGES 0)')) return status;
        await second.within(0, 20);
      }
      return (await second.imap('n', 'STATUS INBOX (MESSAGES)')).join('|');
    },
  },
};
