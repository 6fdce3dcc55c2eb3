import { describe, expect, test } from 'vitest';
import { line } from '../wire/bytes.ts';
import { Malformed } from '../wire/failures.ts';
import {
  connectTo,
  type Script,
  startScriptedServer,
  testCertificate,
} from '../wire/scripted-server.testing.ts';
import { createSmtpClient, type SmtpClient } from './smtp.ts';
import { replyClass } from './smtp-reply.ts';

const forever = () => new Promise<void>(() => {});

/** A server that greets, and answers each command with what the table has for it. */
function answers(
  table: Readonly<Record<string, string | readonly string[]>>,
  greeting = '220 mx ESMTP',
): Script {
  return async (peer) => {
    await peer.write(greeting);
    for (;;) await peer.write(...[table[await peer.readLine()] ?? '500 unexpected'].flat());
  };
}

async function withClient(script: Script, body: (client: SmtpClient) => Promise<void>): Promise<void> {
  await using server = await startScriptedServer(script);
  using opened = await connectTo(server);
  await body(await createSmtpClient(opened.connection, 'probe.mailspec.test'));
  expect(server.failures).toEqual([]);
}

describe('SMTP replies', () => {
  test.each([
    [['250 OK'], { code: 250, lines: ['OK'], enhanced: undefined, text: '250 OK' }],
    [['250'], { code: 250, lines: [''] }],
    [
      ['250-one', '250-', '250 three'],
      { code: 250, lines: ['one', '', 'three'], text: '250 one /  / three' },
    ],
    [['550 5.7.1 no'], { code: 550, enhanced: '5.7.1' }],
    [['550 5.7.1'], { enhanced: '5.7.1' }],
    [['550 5.7.1234 no'], { enhanced: undefined }],
    [['354 go\x1b[31m'], { code: 354, lines: ['go\x1b[31m'], text: '354 go\\x1b[31m' }],
    [['250 \xfc'], { lines: ['\xc3\xbc'], text: '250 ü' }],
  ])('%j', async (sent, reply) => {
    await withClient(answers({ X: sent }), async (client) => {
      expect(await client.command('X')).toMatchObject(reply);
    });
  });

  test.each([['hello'], ['25 OK'], ['2500 OK'], ['650 OK'], ['250_OK'], ['250-a', '251 b'], ['']])(
    '%j is malformed',
    async (...sent) => {
      await withClient(answers({ X: sent }), async (client) => {
        await expect(client.command('X')).rejects.toBeInstanceOf(Malformed);
      });
    },
  );

  test('a reply that never ends is malformed', async () => {
    await withClient(answers({ X: Array.from({ length: 600 }, () => '250-more') }), async (client) => {
      await expect(client.command('X')).rejects.toThrow('more than 512 lines');
    });
  });

  test('the class is the first digit', async () => {
    await withClient(answers({ X: '451 later' }), async (client) => {
      expect(replyClass(await client.command('X'))).toBe(4);
    });
  });
});

describe('SMTP session', () => {
  test('EHLO gives keywords with their parameters, and mechanisms of both forms', async () => {
    const reply = [
      '250-mx.example at your service',
      '250-size 52428800',
      '250-AUTH PLAIN login',
      '250-AUTH=PLAIN X-OLD',
      '250-LIMITS RCPTMAX=20 MAILMAX=5',
      '250-',
      '250 SMTPUTF8 ',
    ];
    await withClient(
      answers({ 'EHLO probe.mailspec.test': reply, 'EHLO other': '502 no' }),
      async (client) => {
        expect(client.capabilities).toBeUndefined();
        await client.ehlo();
        expect([...(client.capabilities?.keywords ?? [])]).toEqual([
          ['SIZE', '52428800'],
          ['AUTH', 'PLAIN login'],
          ['LIMITS', 'RCPTMAX=20 MAILMAX=5'],
          ['SMTPUTF8', ''],
        ]);
        expect(client.capabilities?.mechanisms).toEqual(['PLAIN', 'LOGIN', 'X-OLD']);
        expect((await client.ehlo('other')).code).toBe(502);
        expect(client.capabilities).toBeUndefined();
      },
    );
  });

  test('a greeting of several lines, or of refusal, is a greeting', async () => {
    await withClient(answers({}, '554 go away'), async (client) => {
      expect(client.greeting).toMatchObject({ code: 554, text: '554 go away' });
    });
  });

  test('STARTTLS upgrades after 220 alone and forgets what was announced in the clear', async () => {
    const certificate = await testCertificate();
    const script: Script = async (peer) => {
      await peer.write('220 mx');
      await peer.readLine();
      await peer.write('250-mx', '250 STARTTLS');
      await peer.readLine();
      await peer.write('454 4.7.0 not now');
      await peer.readLine();
      await peer.write('220 go ahead', '250 injected');
      await peer.startTls(certificate);
      await peer.write(`250 inside ${await peer.readLine()}`);
    };
    await withClient(script, async (client) => {
      await client.ehlo();
      expect((await client.startTls()).code).toBe(454);
      expect(client.capabilities?.keywords.has('STARTTLS')).toBe(true);
      expect((await client.startTls()).code).toBe(220);
      expect(client.capabilities).toBeUndefined();
      expect((await client.command('NOOP')).lines).toEqual(['inside NOOP']);
    });
  });

  test('DATA sends the message stuffed after 354, and nothing after a refusal', async () => {
    const got: string[] = [];
    const script: Script = async (peer) => {
      await peer.write('220 mx');
      for (const start of ['503 no', '354 go']) {
        await peer.readLine();
        await peer.write(start);
      }
      for (let text = ''; text !== '.'; got.push(text)) text = await peer.readLine();
      await peer.write('250 2.0.0 queued');
    };
    await withClient(script, async (client) => {
      expect((await client.data(Buffer.from('x\r\n'))).code).toBe(503);
      expect((await client.data(Buffer.from('Subject: x\r\n\r\n.\r\nend'))).enhanced).toBe('2.0.0');
      expect(got).toEqual(['Subject: x', '', '..', 'end', '.']);
    });
  });

  test('a pipeline is one segment, and its replies come in order', async () => {
    let segments: readonly string[] = [];
    const script: Script = async (peer) => {
      await peer.write('220 mx');
      for (const code of [250, 451, 221]) await peer.write(`${code} ${await peer.readLine()}`);
      segments = peer.segments.map(String);
    };
    await withClient(script, async (client) => {
      const replies = await client.pipeline('MAIL FROM:<>', 'RCPT TO:<a@b>', 'QUIT');
      expect(replies.map(({ code }) => code)).toEqual([250, 451, 221]);
      await client.connection.untilEnd(5_000);
      expect(segments).toEqual(['MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nQUIT\r\n']);
    });
  });

  test('attempt gives reply, end and silence as data; a malformed reply stays a failure', async () => {
    const script: Script = async (peer) => {
      await peer.write('220 mx');
      await peer.readLine();
      await peer.write('250 OK');
      await peer.readLine();
      await peer.readLine();
      await peer.write('what?');
      await peer.readLine();
    };
    await withClient(script, async (client) => {
      expect(await client.attempt('NOOP')).toMatchObject({ kind: 'reply', reply: { code: 250 } });
      expect(await client.attempt('NOOP', { withinMs: 40 })).toEqual({ kind: 'silence', waitedMs: 40 });
      await expect(client.attempt('NOOP')).rejects.toBeInstanceOf(Malformed);
      expect(await client.attempt('NOOP')).toEqual({ kind: 'closed', how: 'fin' });
    });
  });

  test('raw octets and their reply', async () => {
    await withClient(answers({ NOOP: '250 OK' }), async (client) => {
      client.raw(line('NOOP'));
      expect((await client.reply('the reply')).code).toBe(250);
    });
  });

  test('secrets are redacted, and no failure names what was sent', async () => {
    await using server = await startScriptedServer(async (peer) => {
      await peer.write('220 mx');
      await forever();
    });
    using opened = await connectTo(server, { replyMs: 40 });
    const client = await createSmtpClient(opened.connection, 'probe');
    const response = Buffer.from('\0tim\0tanstaaf').toString('base64');
    const failure = await client.command(response, [Buffer.from('tanstaaf')]).catch(String);
    expect(failure).toBe(
      'Silence: Nothing complete arrived within 40 ms; awaited: the reply to what was sent.',
    );
    expect(JSON.stringify(opened.recorder.events)).not.toContain(response.slice(0, 8));
  });

  test('quit closes whatever the server does', async () => {
    for (const answer of ['221 bye', 'garbage']) {
      await using server = await startScriptedServer(answers({ QUIT: answer }));
      using opened = await connectTo(server);
      const client = await createSmtpClient(opened.connection, 'probe');
      await client.quit();
      await client.quit();
      expect(opened.recorder.events.filter(({ kind }) => kind === 'close')).toHaveLength(1);
    }
  });
});
