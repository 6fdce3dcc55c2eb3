import { createHash } from 'node:crypto';
import { lines } from '../../../wire/bytes.ts';
import type { Dialogue } from '../dialogue.ts';
import type { Observation, Observations } from '../observation.ts';
import type { RawClient } from '../raw-client.ts';

const BODY = ['one', '.', 'three'];

/** Puts messages into the INBOX of the first account and returns that IMAP session. */
async function fill(dialogue: Dialogue, count = 1): Promise<RawClient> {
  const client = await dialogue.loggedIn('imaps');
  for (let number = 1; number <= count; number += 1) {
    const content = lines(`Subject: message ${number}`, '', ...BODY);
    await client.askLine(`f${number} APPEND INBOX {${content.length}}`);
    client.write(Buffer.concat([content, lines('')]));
    await client.line();
  }
  return client;
}

/** Fills the INBOX, runs commands of one line each on pop3s, and joins the replies. */
function replies(count: number, ...commands: readonly string[]) {
  return async (dialogue: Dialogue): Promise<string> => {
    await fill(dialogue, count);
    const client = await dialogue.loggedIn('pop3s');
    const found: string[] = [];
    for (const command of commands) found.push(await client.askLine(command));
    return found.join(' / ');
  };
}

/** What a new session counts after `session` has ended in its own way. */
async function countAfter(
  dialogue: Dialogue,
  session: (client: RawClient) => Promise<void>,
): Promise<string> {
  const client = await dialogue.loggedIn('pop3s');
  await session(client);
  for (;;) {
    const { client: later } = await dialogue.inside('pop3s');
    const reply = await later.askLine(`AUTH PLAIN ${dialogue.plain()}`);
    // The server may not have noticed the end of the session before.
    if (!reply.includes('IN-USE')) return later.askLine('STAT');
    later.close();
  }
}

async function uniqueId(dialogue: Dialogue, number: number): Promise<string> {
  const client = await dialogue.loggedIn('pop3s');
  const reply = await client.askLine(`UIDL ${number}`);
  await client.askLine('QUIT');
  return reply.split(' ')[2] ?? reply;
}

function apop(timestamp: string | undefined, dialogue: Dialogue): string {
  const digest = createHash('md5').update(`${timestamp}${dialogue.password()}`).digest('hex');
  return `APOP alice@example.test ${digest}`;
}

const timestampOf = (greeting: string) => /<.*>/.exec(greeting)?.[0];

const bySasl = (afterLogin: boolean, good: RegExp, faulty: RegExp): Observation => ({
  good,
  faulty,
  async probe(dialogue) {
    const { client } = await dialogue.inside('pop3s');
    const right = dialogue.plain();
    if (!afterLogin) return client.askLine(`AUTH PLAIN ${right.slice(0, 4)}!${right.slice(4)}`);
    await client.askLine(`AUTH PLAIN ${right}`);
    return client.askLine(`AUTH PLAIN ${right}`);
  },
});

/** Faults of the mailbox over POP3. */
export const MAILBOX_OVER_POP3: Observations = {
  'pop3-greets-in-lower-case': {
    good: /^\+OK /,
    faulty: /^\+ok /,
    probe: async (dialogue) => (await dialogue.connect('pop3s')).greeting,
  },
  'pop3-takes-any-message-number': {
    good: /^-ERR/,
    faulty: /^\+OK/,
    probe: replies(1, 'DELE 0'),
  },
  'pop3-lists-top-and-refuses': {
    good: /^\+OK/,
    faulty: /^-ERR Unknown/,
    probe: replies(1, 'TOP 1 0'),
  },
  'pop3-uidl-is-message-number': {
    good: /^\+OK 1 [0-9a-f]{16}$/,
    faulty: /^\+OK 1 1$/,
    probe: replies(1, 'UIDL 1'),
  },
  'pop3-uidl-changes-when-read': {
    good: /^(\S+) (\1)$/,
    faulty: /^(\S+) (?!\1)/,
    async probe(dialogue) {
      const reader = await fill(dialogue);
      const before = await uniqueId(dialogue, 1);
      await reader.imap('s', 'SELECT INBOX');
      await reader.imap('t', 'STORE 1 +FLAGS (\\Seen)');
      return `${before} ${await uniqueId(dialogue, 1)}`;
    },
  },
  'pop3-does-not-stuff': {
    good: /one\|\.\.\|three$/,
    faulty: /one$/,
    async probe(dialogue) {
      await fill(dialogue);
      const client = await dialogue.loggedIn('pop3s');
      await client.askLine('RETR 1');
      return (await client.untilDot()).join('|');
    },
  },
  'pop3-top-ignores-line-count': {
    good: /^Subject: message 1\|$/,
    faulty: /three$/,
    async probe(dialogue) {
      await fill(dialogue);
      const client = await dialogue.loggedIn('pop3s');
      await client.askLine('TOP 1 0');
      return (await client.untilDot()).join('|');
    },
  },
  'pop3-dele-removes-at-once': {
    good: /^\+OK 1 /,
    faulty: /^\+OK 0 /,
    async probe(dialogue) {
      await fill(dialogue);
      return countAfter(dialogue, async (client) => {
        await client.askLine('DELE 1');
        client.close();
      });
    },
  },
  'pop3-updates-without-quit': {
    good: /^\+OK 1 /,
    faulty: /^\+OK 0 /,
    async probe(dialogue) {
      await fill(dialogue);
      return countAfter(dialogue, async (client) => {
        await client.askLine('DELE 1');
        client.close();
        // Without the lock of the session there is nothing else to wait for than its end.
        await client.ended().catch(() => undefined);
      });
    },
  },
  'pop3-numbers-shift': {
    good: /^-ERR \[IN-USE\]/,
    faulty: /^\+OK .* then \+OK 1 /,
    async probe(dialogue) {
      await fill(dialogue, 2);
      const first = await dialogue.loggedIn('pop3s');
      const { client: second } = await dialogue.inside('pop3s');
      const login = await second.askLine(`AUTH PLAIN ${dialogue.plain()}`);
      if (login.startsWith('-ERR')) return login;
      await second.askLine('DELE 1');
      await second.askLine('QUIT');
      return `${login} then ${await first.askLine('STAT')}`;
    },
  },
  'pop3-removes-what-was-retrieved': {
    good: /^\+OK 1 /,
    faulty: /^\+OK 0 /,
    async probe(dialogue) {
      await fill(dialogue);
      return countAfter(dialogue, async (client) => {
        await client.askLine('RETR 1');
        await client.untilDot();
        await client.askLine('QUIT');
      });
    },
  },
  'pop3-removes-one-too-many': {
    good: /^\+OK 2 /,
    faulty: /^\+OK 1 /,
    async probe(dialogue) {
      await fill(dialogue, 3);
      return countAfter(dialogue, async (client) => {
        await client.askLine('DELE 1');
        await client.askLine('QUIT');
      });
    },
  },
  'pop3-opens-mailbox-of-another': {
    good: /^\+OK 0 /,
    faulty: /^\+OK 1 /,
    async probe(dialogue) {
      await fill(dialogue);
      const { client } = await dialogue.inside('pop3s');
      await client.askLine(`AUTH PLAIN ${dialogue.plain(dialogue.password(1), 1)}`);
      return client.askLine('STAT');
    },
  },
  'pop3-apop-timestamp-repeats': {
    good: /^\+OK \S+ ready$/,
    faulty: /<\d+\.\d{10}@/,
    probe: async (dialogue) => (await dialogue.connect('pop3s')).greeting,
  },
  'pop3-apop-takes-old-digests': {
    good: /^-ERR/,
    faulty: /^\+OK 0 messages/,
    async probe(dialogue) {
      const { greeting } = await dialogue.connect('pop3s');
      const { client } = await dialogue.connect('pop3s');
      return client.askLine(apop(timestampOf(greeting), dialogue));
    },
  },
  'pop3-short-autologout': {
    good: /^\+OK 1 /,
    faulty: /^\+OK 0 /,
    async probe(dialogue) {
      await fill(dialogue);
      return countAfter(dialogue, async (client) => {
        await client.askLine('DELE 1');
        await client.ended();
      });
    },
  },
  'pop3-accepts-bad-base64': bySasl(false, /^-ERR Cannot decode/, /^\+OK/),
  'pop3-auth-accepted-twice': bySasl(true, /^-ERR/, /^\+OK/),
  'pop3-reveals-unknown-user': {
    good: /^\+OK/,
    faulty: /^-ERR No such user/,
    async probe(dialogue) {
      const { client } = await dialogue.inside('pop3s');
      return client.askLine('USER nobody@example.test');
    },
  },
};
