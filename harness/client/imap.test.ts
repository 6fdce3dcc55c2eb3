import { describe, expect, test } from 'vitest';
import { line } from '../wire/bytes.ts';
import { Malformed } from '../wire/failures.ts';
import {
  connectTo,
  type Script,
  type ScriptedPeer,
  startScriptedServer,
  testCertificate,
} from '../wire/scripted-server.testing.ts';
import { createImapClient, type ImapClient, type ImapMessage } from './imap.ts';
import { imapMechanisms } from './imap-capabilities.ts';
import { fetchItems } from './imap-mailbox.ts';
import { LITERALS_LIMIT } from './imap-response.ts';

const forever = () => new Promise<void>(() => {});

type Reaction = (tag: string, rest: string, peer: ScriptedPeer) => Promise<void> | undefined;

/** A server that greets and hands every command line to the reaction; what it leaves gets BAD. */
function server(reaction: Reaction, greeting = '* OK ready'): Script {
  return async (peer) => {
    await peer.write(greeting);
    for (;;) {
      const [tag = '', ...words] = (await peer.readLine()).split(' ');
      await (reaction(tag, words.join(' '), peer) ?? peer.write(`${tag} BAD unexpected`));
    }
  };
}

async function withClient(
  script: Script,
  body: (client: ImapClient, evidence: () => string) => Promise<void>,
) {
  await using running = await startScriptedServer(script);
  using opened = await connectTo(running);
  await body(await createImapClient(opened.connection), () =>
    opened.recorder.events.map((event) => ('text' in event ? event.text : '')).join('\n'),
  );
  expect(running.failures).toEqual([]);
}

async function allOf(client: ImapClient): Promise<ImapMessage[]> {
  const messages: ImapMessage[] = [];
  for await (const message of client.fetchAll()) messages.push(message);
  return messages;
}

describe('IMAP greeting', () => {
  test.each([
    ['* OK [CAPABILITY IMAP4rev1 starttls AUTH=PLAIN] hi', 'OK', ['IMAP4REV1', 'STARTTLS', 'AUTH=PLAIN']],
    ['* PREAUTH [CAPABILITY IMAP4rev2]', 'PREAUTH', ['IMAP4REV2']],
    ['* ok hello', 'OK', undefined],
    ['* BYE [UNAVAILABLE] down', 'BYE', undefined],
  ])('%j', async (greeting, status, capabilities) => {
    await withClient(
      server(() => undefined, greeting),
      async (client) => {
        expect(client.greeting.status).toBe(status);
        expect(client.greeting.line).toBe(greeting);
        expect(client.greeting.capabilities && [...client.greeting.capabilities]).toEqual(capabilities);
        expect(client.capabilities).toBe(client.greeting.capabilities);
      },
    );
  });

  test.each(['+OK POP3', '220 mx ESMTP', '* CAPABILITY IMAP4rev1', '+ go', 'a OK x', '* 5 OK', ''])(
    '%j is no greeting',
    async (greeting) => {
      await using running = await startScriptedServer(server(() => undefined, greeting));
      using opened = await connectTo(running);
      await expect(createImapClient(opened.connection)).rejects.toBeInstanceOf(Malformed);
    },
  );
});

describe('IMAP replies', () => {
  const replyTo = (...sent: string[]) =>
    server((tag, _, peer) => peer.write(...sent.map((text) => text.replace('TAG', tag))));

  test.each([
    ['TAG OK done', { status: 'OK', code: undefined, message: 'done' }],
    ['TAG no [privacyrequired] TLS first', { status: 'NO', code: 'PRIVACYREQUIRED', message: 'TLS first' }],
    ['TAG BAD', { status: 'BAD', code: undefined, message: '' }],
    ['TAG OK [APPENDUID 1 2]', { status: 'OK', code: 'APPENDUID', codeArguments: '1 2', message: '' }],
    ['TAG OK ends in {5}', { status: 'OK', message: 'ends in {5}' }],
    ['TAG NO [x', { status: 'NO', code: undefined, message: '[x' }],
    ['TAG NO esc\x1b', { text: 'm1 NO esc\\x1b', line: 'm1 NO esc\x1b' }],
    ['+ cGF1bA==', { status: '+', message: 'cGF1bA==' }],
    ['+', { status: '+', message: '' }],
    ['+ ', { status: '+', message: '' }],
  ])('%j', async (sent, reply) => {
    await withClient(replyTo(sent), async (client) => {
      expect(await client.command('X')).toMatchObject({ ...reply, untagged: [], foreign: [] });
    });
  });

  test('untagged responses and those with another tag are kept in order', async () => {
    const sent = ['* 3 EXISTS', 'zz OK not yours', '* OK [ALERT] careful {9}', '* x-odd ((', 'TAG OK'];
    await withClient(replyTo(...sent), async (client) => {
      const reply = await client.command('X');
      expect(reply.untagged).toMatchObject([
        { label: 'EXISTS', number: 3, values: [] },
        { label: 'OK', number: undefined, code: 'ALERT', message: 'careful {9}', values: undefined },
        { label: 'X-ODD', values: undefined },
      ]);
      expect(reply.foreign).toMatchObject([{ tag: 'zz', status: 'OK', message: 'not yours' }]);
    });
  });

  test.each(['', '*', '* ', 'TAG', 'TAG MAYBE x', '250-OK x'])('%j is malformed, and shown', async (sent) => {
    await withClient(replyTo(sent), async (client) => {
      const waiting = client.command('NOOP');
      await expect(waiting).rejects.toBeInstanceOf(Malformed);
      await expect(waiting).rejects.toThrow(
        `the reply to NOOP as an IMAP response, found "${sent.replace('TAG', 'm1')}"`,
      );
    });
  });

  test('tags count up, may be given, and are returned', async () => {
    const tags: string[] = [];
    const script = server((tag, _, peer) => {
      tags.push(tag);
      return peer.write(`${tag} OK`);
    });
    await withClient(script, async (client) => {
      await client.command('NOOP');
      await client.command('NOOP', { tag: 'own' });
      const tag = client.send('NOOP');
      expect((await client.reply(tag, 'the reply')).status).toBe('OK');
      expect(tags).toEqual(['m1', 'own', 'm2']);
    });
  });

  test('low level: any line, any response', async () => {
    await withClient(
      server((tag, rest, peer) =>
        tag === 'DONE' ? peer.write('a OK IDLE ends') : peer.write('+ idling', `* 1 ${rest}`),
      ),
      async (client) => {
        client.send('IDLE', { tag: 'a' });
        expect(await client.next('a continuation')).toMatchObject({ kind: 'continuation', rest: 'idling' });
        expect(await client.next('an untagged response')).toMatchObject({
          kind: 'untagged',
          label: 'IDLE',
          number: 1,
        });
        expect(client.send('DONE', { tag: '' })).toBe('');
        expect(await client.next('a tagged response')).toMatchObject({
          kind: 'tagged',
          tag: 'a',
          status: 'OK',
        });
      },
    );
  });

  test('attempt gives reply, end and silence as data', async () => {
    const script: Script = async (peer) => {
      await peer.write('* OK');
      await peer.readLine();
      await peer.write('m1 NO');
      await peer.readLine();
      await peer.readLine();
      await peer.write('* BYE too much');
    };
    await withClient(script, async (client) => {
      expect(await client.attempt('A')).toMatchObject({ kind: 'reply', reply: { status: 'NO' } });
      expect(await client.attempt('B', { withinMs: 40 })).toEqual({ kind: 'silence', waitedMs: 40 });
      expect(await client.attempt('C')).toEqual({ kind: 'closed', how: 'fin' });
    });
  });
});

describe('IMAP literals, sent', () => {
  /** Reads a command with its literals, asking for each synchronising one. */
  async function readCommand(peer: ScriptedPeer): Promise<string> {
    let text = '';
    for (;;) {
      text += await peer.readLine();
      const [, count, plus] = /\{(\d+)(\+?)\}$/.exec(text) ?? [];
      if (count === undefined) return text;
      if (plus === '') await peer.write('+ go');
      text += `<${(await peer.readOctets(Number(count))).toString('latin1')}>`;
    }
  }

  test('synchronising literals wait for the go-ahead, the others do not', async () => {
    const got: string[] = [];
    const script: Script = async (peer) => {
      await peer.write('* OK');
      for (;;) {
        const text = await readCommand(peer);
        got.push(text);
        await peer.write(`${text.split(' ')[0]} OK`);
      }
    };
    await withClient(script, async (client) => {
      const bytes = Buffer.from('x LOGOUT\r\n\x00\xff', 'latin1');
      await client.command(['APPEND INBOX ', { bytes, synchronising: true }]);
      await client.command([
        'LOGIN ',
        { bytes, synchronising: false },
        ' ',
        { bytes: Buffer.alloc(0), synchronising: true },
      ]);
      await client.command('NOOP');
      expect(got).toEqual([
        'm1 APPEND INBOX {12}<x LOGOUT\r\n\x00\xff>',
        'm2 LOGIN {12+}<x LOGOUT\r\n\x00\xff> {0}<>',
        'm3 NOOP',
      ]);
    });
  });

  test('a refusal instead of the go-ahead ends the command, and the literal is not sent', async () => {
    const lines: string[] = [];
    const script = server((tag, rest, peer) => {
      lines.push(rest);
      return peer.write('* 1 EXISTS', `${tag} NO [TOOBIG] no`);
    });
    await withClient(script, async (client) => {
      const reply = await client.command([
        'APPEND INBOX ',
        { bytes: Buffer.from('abc'), synchronising: true },
      ]);
      expect(reply).toMatchObject({ status: 'NO', code: 'TOOBIG', untagged: [{ label: 'EXISTS' }] });
      await client.command('NOOP');
      expect(lines).toEqual(['APPEND INBOX {3}', 'NOOP']);
    });
  });

  test('LOGIN quotes what can be quoted and sends the rest as literal; the password stays out of the record', async () => {
    const got: string[] = [];
    const script: Script = async (peer) => {
      await peer.write('* OK');
      for (;;) {
        const text = await readCommand(peer);
        got.push(text);
        await peer.write(Buffer.from(`${text.split(' ')[0]} NO wrong: ${text}\r\n`, 'latin1'));
      }
    };
    await withClient(script, async (client, evidence) => {
      await client.login('tim', 'back\\slash "quote"');
      await client.login('tïm', 'pässwort');
      expect(got).toEqual([
        'm1 LOGIN "tim" "back\\\\slash \\"quote\\""',
        `m2 LOGIN {4}<${Buffer.from('tïm').toString('latin1')}> {9}<${Buffer.from('pässwort').toString('latin1')}>`,
      ]);
      expect(evidence()).not.toMatch(/slash|sswort/);
    });
  });

  test('a line break in a text piece is an error of the script, and is not repeated', async () => {
    await withClient(
      server(() => undefined),
      async (client) => {
        await expect(client.command('LOGIN a hunter2\r\nx')).rejects.toThrow('must not contain CR or LF');
        await expect(client.command('LOGIN a hunter2\r\nx')).rejects.not.toThrow('hunter2');
      },
    );
  });
});

describe('IMAP capabilities', () => {
  test('the last announcement counts; TLS and a silent login take it away', async () => {
    const certificate = await testCertificate();
    const script: Script = async (peer) => {
      await peer.write('* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED]');
      expect(await peer.readLine()).toBe('m1 CAPABILITY');
      await peer.write('* CAPABILITY IMAP4rev1 STARTTLS', 'm1 OK');
      expect(await peer.readLine()).toBe('m2 STARTTLS');
      await peer.write('m2 NO later');
      expect(await peer.readLine()).toBe('m3 STARTTLS');
      await peer.write('m3 OK begin', '* CAPABILITY INJECTED');
      await peer.startTls(certificate);
      expect(await peer.readLine()).toBe('m4 CAPABILITY');
      await peer.write('* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=SCRAM-SHA-256', 'm4 OK');
      await peer.readLine();
      await peer.write('m5 OK logged in');
      await peer.readLine();
      await peer.write('m6 OK [CAPABILITY IMAP4rev1 IDLE] logged in again');
      await forever();
    };
    await withClient(script, async (client) => {
      expect(client.capabilities?.has('LOGINDISABLED')).toBe(true);
      await client.capability();
      expect(client.capabilities?.has('LOGINDISABLED')).toBe(false);
      expect(client.greeting.capabilities?.has('LOGINDISABLED')).toBe(true);
      expect((await client.startTls()).status).toBe('NO');
      expect(client.connection.tls).toBeUndefined();
      expect((await client.startTls()).status).toBe('OK');
      expect(client.connection.tls?.protocol).toBe('TLSv1.3');
      expect(client.capabilities).toBeUndefined();
      await client.capability();
      expect(imapMechanisms(client.capabilities)).toEqual(['PLAIN', 'SCRAM-SHA-256']);
      await client.login('tim', 'tanstaaf');
      expect(client.capabilities).toBeUndefined();
      await client.login('tim', 'tanstaaf');
      expect(client.capabilities?.has('IDLE')).toBe(true);
    });
  });
});

describe('IMAP mailboxes', () => {
  test('LIST reads quoted names, literals and flat names', async () => {
    const script = server((tag, _, peer) =>
      peer.write(
        '* LIST (\\HasNoChildren) "/" INBOX',
        '* list (\\Noselect) "." "a \\"b\\""',
        Buffer.from('* LIST () NIL {5}\r\nx)y"z\r\n'),
        '* LSUB () "/" other',
        '* LIST broken',
        `${tag} OK`,
      ),
    );
    await withClient(script, async (client) => {
      const { mailboxes } = await client.listMailboxes();
      expect(mailboxes).toEqual([
        { name: 'INBOX', delimiter: '/', attributes: ['\\HasNoChildren'] },
        { name: 'a "b"', delimiter: '.', attributes: ['\\Noselect'] },
        { name: 'x)y"z', delimiter: null, attributes: [] },
      ]);
    });
  });

  test('SELECT tells the state, EXAMINE is its read-only form', async () => {
    const script = server((tag, rest, peer) => {
      if (rest === 'SELECT "INBOX"')
        return peer.write(
          '* FLAGS (\\Answered \\Seen)',
          '* 2 EXISTS',
          '* OK [UIDVALIDITY 3857529045] x',
          '* OK [UIDNEXT 4392] x',
          `${tag} OK [READ-WRITE] done`,
        );
      if (rest === 'EXAMINE "INBOX"') return peer.write('* 0 EXISTS', `${tag} OK [READ-ONLY] done`);
      return peer.write(`${tag} NO [NONEXISTENT] x`);
    });
    await withClient(script, async (client) => {
      expect((await client.select('INBOX')).selected).toEqual({
        exists: 2,
        uidValidity: 3_857_529_045,
        uidNext: 4_392,
        flags: ['\\Answered', '\\Seen'],
        readOnly: false,
      });
      expect((await client.select('INBOX', { readOnly: true })).selected).toMatchObject({
        exists: 0,
        readOnly: true,
      });
      const { reply, selected } = await client.select('../other');
      expect(reply.code).toBe('NONEXISTENT');
      expect(selected).toBeUndefined();
    });
  });

  test('fetchAll gives every message as stored, in order, over unasked responses', async () => {
    const message = Buffer.from('Subject: x\r\n\r\n* 1 FETCH (UID 9)\r\nm1 OK {3}\r\n\x00\xff)', 'latin1');
    const asked: string[] = [];
    const script = server((tag, rest, peer) => {
      asked.push(rest);
      if (rest === 'UID FETCH 1:* (UID)')
        return peer.write('* 3 FETCH (UID 12)', '* 1 FETCH (UID 4)', '* 2 FETCH (UID 7)', `${tag} OK`);
      const uid = /^UID FETCH (\d+) /.exec(rest)?.[1];
      // The message with UID 7 has gone meanwhile.
      if (uid === '7') return peer.write('* 2 EXPUNGE', `${tag} OK`);
      if (uid !== undefined)
        return peer.write(
          '* 2 FETCH (FLAGS (\\Seen) UID 1)',
          Buffer.concat([
            Buffer.from(`* 1 FETCH (FLAGS (\\Seen $x) BODY[] {${message.length}}\r\n`),
            message,
            Buffer.from(` UID ${uid})\r\n`),
          ]),
          `${tag} OK`,
        );
      return peer.write(`${tag} OK`);
    });
    await withClient(script, async (client) => {
      const messages = await allOf(client);
      expect(messages.map(({ uid }) => uid)).toEqual([4, 12]);
      for (const each of messages) {
        expect(each.flags).toEqual(['\\Seen', '$x']);
        expect(each.bytes.equals(message)).toBe(true);
      }
      expect(asked).not.toContainEqual(expect.stringMatching(/BODY\[/));
      expect(asked).toContain('UID FETCH 4 (UID FLAGS BODY.PEEK[])');
    });
  });

  test('fetchAll gives a body that comes as quoted string, and asks nothing of an empty mailbox', async () => {
    let mails = 0;
    const script = server((tag, rest, peer) => {
      if (rest.startsWith('SELECT')) return peer.write(`* ${mails} EXISTS`, `${tag} OK`);
      if (rest === 'NOOP') return peer.write(`${tag} OK`);
      if (mails === 0) return undefined;
      return peer.write('* 1 FETCH (UID 1 FLAGS () BODY[] "short")', `${tag} OK`);
    });
    await withClient(script, async (client) => {
      await client.select('INBOX');
      expect(await allOf(client)).toEqual([]);
      mails = 1;
      await client.select('INBOX');
      expect(await allOf(client)).toEqual([{ uid: 1, flags: [], bytes: Buffer.from('short') }]);
    });
  });

  test('a refused FETCH is told, not read as an empty mailbox', async () => {
    const script = server((tag, _, peer) => peer.write(`${tag} NO [SERVERBUG] broken`));
    await withClient(script, async (client) => {
      await expect(allOf(client)).rejects.toThrow('found "m2 NO [SERVERBUG] broken"');
    });
  });

  test('a large literal is read whole, one over the limit is refused before it is read', async () => {
    const large = 20 * 1_048_576;
    const script: Script = async (peer) => {
      await peer.write('* OK');
      await peer.readLine();
      await peer.write(
        Buffer.from(`* 1 FETCH (BODY[] {${large}}\r\n`),
        Buffer.alloc(large, 'x'),
        ')',
        'm1 OK',
      );
      await peer.readLine();
      await peer.write(`* 1 FETCH (BODY[] {${LITERALS_LIMIT + 1}}`);
      await forever();
    };
    await using running = await startScriptedServer(script);
    using opened = await connectTo(running, { replyMs: 30_000 });
    const client = await createImapClient(opened.connection);
    const [response] = (await client.command('X')).untagged;
    const body = response && fetchItems(response).get('BODY[]');
    expect(Buffer.isBuffer(body) && body.length).toBe(large);
    await expect(client.command('Y')).rejects.toThrow(`at most ${LITERALS_LIMIT} octets`);
  });
});

describe('IMAP session', () => {
  test('LOGOUT closes whatever the server does', async () => {
    for (const answer of ['* BYE', 'garbage']) {
      await using running = await startScriptedServer(
        server((tag, _, peer) => peer.write(answer, `${tag} OK`)),
      );
      using opened = await connectTo(running);
      const client = await createImapClient(opened.connection);
      await client.logout();
      await client.logout();
      expect(opened.recorder.events.filter(({ kind }) => kind === 'close')).toHaveLength(1);
    }
  });

  test('octets as they are', async () => {
    await withClient(
      server((tag, rest, peer) => peer.write(`${tag} OK ${rest}`)),
      async (client) => {
        client.raw(Buffer.concat([line('a ONE'), line('b TWO')]));
        expect(await client.next('first')).toMatchObject({ tag: 'a', message: 'ONE' });
        expect(await client.next('second')).toMatchObject({ tag: 'b', message: 'TWO' });
      },
    );
  });
});
