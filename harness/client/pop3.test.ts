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
import { createPop3Client, type Pop3Client } from './pop3.ts';
import { LISTING_LIMIT } from './pop3-multiline.ts';

const forever = () => new Promise<void>(() => {});

/** A server that greets and then answers each command with what the table has for it. */
function answers(table: Readonly<Record<string, string | Buffer>>, greeting = '+OK ready'): Script {
  return async (peer) => {
    await peer.write(greeting);
    for (;;) {
      const command = await peer.readLine();
      await peer.write(table[command] ?? `-ERR unexpected ${command}`);
    }
  };
}

async function withClient(script: Script, body: (client: Pop3Client) => Promise<void>): Promise<void> {
  await using server = await startScriptedServer(script);
  using opened = await connectTo(server);
  await body(await createPop3Client(opened.connection));
  expect(server.failures).toEqual([]);
}

describe('POP3 replies', () => {
  test.each([
    ['+OK ready', { status: '+OK', rest: 'ready', text: '+OK ready' }],
    ['+OK', { status: '+OK', rest: '' }],
    ['-ERR [AUTH] wrong', { status: '-ERR', responseCode: 'AUTH', rest: '[AUTH] wrong' }],
    ['-ERR [sys/perm] down', { status: '-ERR', responseCode: 'SYS/PERM' }],
    ['-ERR [LOGIN-DELAY 30] later', { status: '-ERR', responseCode: 'LOGIN-DELAY' }],
    ['-ERR mailbox [is] full', { status: '-ERR', rest: 'mailbox [is] full' }],
    ['+ok lower', { status: '+OK', line: '+ok lower' }],
    ['+ PDE4==', { status: '+', rest: 'PDE4==' }],
    ['+ ', { status: '+', rest: '' }],
    ['+', { status: '+', rest: '' }],
    ['+OK esc\x1b', { text: '+OK esc\\x1b', line: '+OK esc\x1b' }],
  ])('%j', async (sent, reply) => {
    await withClient(answers({ X: sent }), async (client) => {
      expect(await client.command('X')).toMatchObject(reply);
    });
  });

  test('a reply without response code has no such property', async () => {
    await withClient(answers({ X: '-ERR mailbox [is] full', Y: '+ [AUTH]' }), async (client) => {
      expect(await client.command('X')).not.toHaveProperty('responseCode');
      expect(await client.command('Y')).not.toHaveProperty('responseCode');
    });
  });

  test.each(['OK ready', '* OK IMAP', '220 smtp', '+OKAY', '-ERROR x', ''])(
    'a line that is no reply is malformed, and shown: %j',
    async (sent) => {
      await withClient(answers({ X: sent }), async (client) => {
        const waiting = client.command('X');
        await expect(waiting).rejects.toBeInstanceOf(Malformed);
        await expect(waiting).rejects.toThrow(`found "${sent}"`);
      });
    },
  );

  test('the terminator is told', async () => {
    await withClient(answers({ X: Buffer.from('+OK bare\n'), Y: '+OK' }), async (client) => {
      expect((await client.command('X')).terminator).toBe('LF');
      expect((await client.command('Y')).terminator).toBe('CRLF');
    });
  });
});

describe('POP3 greeting', () => {
  test.each([
    ['+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>', '<1896.697170952@dbc.mtview.ca.us>'],
    ['+OK Dovecot <not an id> ready.', undefined],
    ['+OK', undefined],
    ['-ERR too many <1.2@host>', undefined],
  ])('%j carries the timestamp %j', async (greeting, timestamp) => {
    await withClient(answers({}, greeting), async (client) => {
      expect(client.greeting.line).toBe(greeting);
      expect(client.apopTimestamp).toBe(timestamp);
    });
  });

  test('no greeting is silence, an end is an end', async () => {
    await using silent = await startScriptedServer(forever);
    using first = await connectTo(silent, { replyMs: 50 });
    await expect(createPop3Client(first.connection)).rejects.toThrow(
      'within 50 ms; awaited: the POP3 greeting',
    );
    await using ending = await startScriptedServer(async () => {});
    using second = await connectTo(ending);
    await expect(createPop3Client(second.connection)).rejects.toMatchObject({ name: 'ConnectionEnded' });
  });
});

describe('POP3 multi-line replies', () => {
  test('CAPA gives keywords and mechanisms, until it is refused', async () => {
    let refused = false;
    const script: Script = async (peer) => {
      await peer.write('+OK ready');
      for (;;) {
        await peer.readLine();
        if (refused) await peer.write('-ERR no');
        else await peer.write('+OK', 'top', 'SASL PLAIN cram-md5 PLAIN', 'EXPIRE 60', '..odd', '', '.');
      }
    };
    await withClient(script, async (client) => {
      expect(client.capabilities).toBeUndefined();
      const { reply, capabilities, mechanisms } = await client.capa();
      expect(reply.status).toBe('+OK');
      expect([...(capabilities ?? [])]).toEqual([
        ['TOP', ''],
        ['SASL', 'PLAIN cram-md5 PLAIN'],
        ['EXPIRE', '60'],
        ['.ODD', ''],
      ]);
      expect(mechanisms).toEqual(['PLAIN', 'CRAM-MD5']);
      expect(client.capabilities?.mechanisms).toEqual(mechanisms);
      refused = true;
      expect(await client.capa()).toMatchObject({ capabilities: undefined, mechanisms: [] });
      expect(client.capabilities).toBeUndefined();
    });
  });

  test('LIST and UIDL give every line, and a value where the line has the form', async () => {
    const table = {
      LIST: Buffer.from('+OK 3\r\n1 120\r\n2 200 extra\r\nthree 3\r\n.\r\n'),
      UIDL: Buffer.from(`+OK\r\n1 a!~\r\n2 ${'x'.repeat(71)}\r\n3 with space\r\n4 ü\r\n.\r\n`),
    };
    await withClient(answers(table), async (client) => {
      const { lines, sizes } = await client.list();
      expect(lines).toEqual(['1 120', '2 200 extra', 'three 3']);
      expect([...sizes]).toEqual([
        [1, 120],
        [2, 200],
      ]);
      const uidl = await client.uidl();
      expect(uidl.lines).toHaveLength(4);
      expect([...uidl.ids]).toEqual([[1, 'a!~']]);
    });
  });

  test('RETR and TOP give the message unstuffed, with bare LF as content', async () => {
    const sent = 'Subject: x\r\n\r\n..\r\n...x\r\n+OK forged\r\nbare\n.\nstill\n.\r\nlast\x00\xff\r\n.\r\n';
    const table = {
      'RETR 1': Buffer.from(`+OK\r\n${sent}`, 'latin1'),
      'TOP 1 0': '+OK',
      'RETR 9': '-ERR no such message',
    };
    await withClient(answers(table), async (client) => {
      const { reply, bytes } = await client.retr(1);
      expect(reply.status).toBe('+OK');
      expect(bytes?.toString('latin1')).toBe(
        'Subject: x\r\n\r\n.\r\n..x\r\n+OK forged\r\nbare\n.\nstill\n.\r\nlast\x00\xff\r\n',
      );
      expect(await client.retr(9)).toMatchObject({ reply: { status: '-ERR' }, bytes: undefined });
    });
  });

  test('a server that ends all its lines in LF is read by its own convention', async () => {
    const table = { 'RETR 1': Buffer.from('+OK\nSubject: x\n\n..\n.\n'), NOOP: '+OK' };
    await withClient(answers(table), async (client) => {
      expect((await client.retr(1)).bytes?.toString()).toBe('Subject: x\r\n\r\n.\r\n');
      expect((await client.command('NOOP')).status).toBe('+OK');
    });
  });

  test('an empty message and a listing of nothing', async () => {
    await withClient(
      answers({ 'RETR 1': Buffer.from('+OK\r\n.\r\n'), LIST: Buffer.from('+OK\r\n.\r\n') }),
      async (client) => {
        expect((await client.retr(1)).bytes).toEqual(Buffer.alloc(0));
        expect((await client.list()).lines).toEqual([]);
      },
    );
  });

  test('a listing without end is malformed at its limit', async () => {
    const script: Script = async (peer) => {
      await peer.write('+OK', Buffer.from('+OK\r\n'));
      const much = Buffer.from('1 100\r\n'.repeat(10_000));
      for (let sent = 0; sent <= LISTING_LIMIT + much.length; sent += much.length) await peer.write(much);
      await forever();
    };
    await using server = await startScriptedServer(script);
    using opened = await connectTo(server);
    const client = await createPop3Client(opened.connection);
    await expect(client.list()).rejects.toThrow(`to end within ${LISTING_LIMIT} octets`);
  });

  test('a script may read the lines itself', async () => {
    await withClient(answers({ 'UIDL 1 2': Buffer.from('+OK\r\nx\r\n.\r\n') }), async (client) => {
      client.raw(line('UIDL 1 2'));
      const status = await client.reply('the reply');
      expect((await client.multiline(status, 'lines')).map(String)).toEqual(['x']);
    });
  });
});

describe('POP3 logins', () => {
  test('APOP sends the digest of RFC 1939 §7, and keeps it out of the record', async () => {
    let command = '';
    const script: Script = async (peer) => {
      await peer.write('+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>');
      command = await peer.readLine();
      await peer.write('+OK maildrop has 1 message');
      await forever();
    };
    await using server = await startScriptedServer(script);
    using opened = await connectTo(server);
    const client = await createPop3Client(opened.connection);
    expect((await client.apop('mrose', 'tanstaaf')).status).toBe('+OK');
    expect(command).toBe('APOP mrose c4c9334bac560ecc979e58001b3e22fb');
    expect(JSON.stringify(opened.recorder.events)).not.toContain('c4c9334bac560ecc');
  });

  test('APOP without a timestamp is an error of the script', async () => {
    await withClient(answers({}), async (client) => {
      expect(() => client.apop('mrose', 'tanstaaf')).toThrow('needs the timestamp');
    });
  });

  test('USER and PASS: the reply that decided, the password redacted', async () => {
    await using server = await startScriptedServer(
      answers({
        'USER tim': '+OK',
        'PASS tanstaaftanstaaf': '+OK tanstaaftanstaaf',
        'USER nobody': '-ERR no',
      }),
    );
    using opened = await connectTo(server);
    const client = await createPop3Client(opened.connection);
    expect((await client.userPass('nobody', 'tanstaaftanstaaf')).text).toBe('-ERR no');
    expect((await client.userPass('tim', 'tanstaaftanstaaf')).status).toBe('+OK');
    expect(opened.recorder.redactions).toBe(2);
    const evidence = opened.recorder.events.map((event) => ('text' in event ? event.text : '')).join('');
    expect(evidence).toContain('PASS [secret 16 octets');
    expect(evidence).not.toContain('tanstaaf');
  });
});

describe('POP3 session', () => {
  test('STLS upgrades after +OK and forgets what was announced in the clear', async () => {
    const certificate = await testCertificate();
    const upgrade = async (peer: ScriptedPeer) => {
      await peer.write('+OK ready');
      await peer.readLine();
      await peer.write('+OK', 'STLS', '.');
      await peer.readLine();
      await peer.write('-ERR not now');
      await peer.readLine();
      await peer.write('+OK begin', '+OK injected');
      await peer.startTls(certificate);
      await peer.write(`+OK ${await peer.readLine()} inside`);
    };
    await withClient(upgrade, async (client) => {
      await client.capa();
      expect((await client.startTls()).status).toBe('-ERR');
      expect(client.connection.tls).toBeUndefined();
      expect(client.capabilities?.keywords.has('STLS')).toBe(true);
      expect((await client.startTls()).status).toBe('+OK');
      expect(client.connection.tls?.protocol).toBe('TLSv1.3');
      expect(client.capabilities).toBeUndefined();
      expect((await client.command('NOOP')).text).toBe('+OK NOOP inside');
    });
  });

  test('attempt gives reply, end and silence as data', async () => {
    const script: Script = async (peer) => {
      await peer.write('+OK ready');
      await peer.readLine();
      await peer.write('-ERR [IN-USE] busy');
      await peer.readLine();
      await peer.readLine();
      peer.reset();
    };
    await withClient(script, async (client) => {
      expect(await client.attempt('STAT')).toMatchObject({
        kind: 'reply',
        reply: { responseCode: 'IN-USE' },
      });
      expect(await client.attempt('STAT', { withinMs: 40 })).toEqual({ kind: 'silence', waitedMs: 40 });
      expect(await client.attempt('STAT')).toEqual({ kind: 'closed', how: 'rst' });
    });
  });

  test('quit closes whatever the server does', async () => {
    for (const script of [answers({ QUIT: '+OK' }), answers({ QUIT: 'garbage' })]) {
      await using server = await startScriptedServer(script);
      using opened = await connectTo(server);
      const client = await createPop3Client(opened.connection);
      await client.quit();
      await client.quit();
      expect(opened.recorder.events.filter(({ kind }) => kind === 'close')).toHaveLength(1);
    }
  });

  test('what was sent is named in failures only where it is a command word', async () => {
    await withClient(answers({ QUIT: 'x', c2VjcmV0LXBhc3N3b3Jk: 'x' }), async (client) => {
      await expect(client.command('QUIT')).rejects.toThrow('the reply to QUIT');
      await expect(client.command('c2VjcmV0LXBhc3N3b3Jk')).rejects.toThrow('the reply to what was sent');
    });
  });
});
