import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCertificateStore } from '../certificates/store.ts';
import type { Entry } from '../journal/journal.ts';
import type { Endpoint } from '../wire/listen.ts';
import type { ReceivedMessage, SmtpSession } from './capture.ts';
import { connectRaw, type RawClient } from './client.testing.ts';
import { createMailExchange, type MailExchange } from './mail-exchange.ts';
import { parseSmtpServer, type SmtpServerOptions } from './options.ts';
import { parseScript, type SmtpRule } from './rules.ts';

const certificates = createCertificateStore();
let exchange: MailExchange;
let clients: RawClient[];

beforeEach(() => {
  exchange = createMailExchange(certificates);
  clients = [];
});
afterEach(async () => {
  for (const client of clients) client.close();
  await exchange.close();
});

const DEADLINE = { deadlineMs: 10_000 };
const STARTTLS: Partial<SmtpServerOptions> = { tls: {} };

function open(options: Partial<SmtpServerOptions> = {}): Promise<Endpoint> {
  return exchange.open(parseSmtpServer({ name: 'mx', ...options }, 'server'), 'server');
}

async function dial(to: Endpoint, localAddress?: string): Promise<RawClient> {
  const client = await connectRaw(to, localAddress);
  clients.push(client);
  return client;
}

/** Connects, reads the greeting and says EHLO. */
async function greeted(to: Endpoint): Promise<RawClient> {
  const client = await dial(to);
  await client.reply();
  await client.ask('EHLO client.test');
  return client;
}

async function session(): Promise<Entry<SmtpSession>> {
  const found = await exchange.waitForSession({ ended: true }, DEADLINE);
  if (found === null) throw new Error('expected a session that ended');
  return found;
}

async function message(recipient: string): Promise<Entry<ReceivedMessage>> {
  const found = await exchange.waitForMessage({ recipient }, DEADLINE);
  if (found === null) throw new Error(`expected a message for ${recipient}`);
  return found;
}

async function envelope(client: RawClient, recipient: string): Promise<void> {
  expect(await client.ask('MAIL FROM:<sender@x.test>')).toMatch(/^250 /);
  expect(await client.ask(`RCPT TO:<${recipient}>`)).toMatch(/^250 /);
}

const octetsOf = (found: SmtpSession, kind: 'received' | 'sent'): string =>
  Buffer.concat(found.events.flatMap((event) => (event.kind === kind ? [event.bytes] : []))).toString(
    'latin1',
  );

describe('ordinary behaviour', () => {
  test('a message arrives with client, envelope, parameters and octets', async () => {
    const client = await dial(await open(), '127.9.8.7');
    expect(await client.reply()).toBe('220 mx.test ESMTP\r\n');
    expect(await client.ask('EHLO client.test')).toContain('250-SMTPUTF8\r\n');
    expect(await client.ask('MAIL FROM:<"a>b"@x.test> SIZE=10 BODY=8BITMIME')).toMatch(/^250 /);
    expect(await client.ask('RCPT TO:<token-17@y.test> NOTIFY=NEVER')).toMatch(/^250 /);
    expect(await client.ask('DATA')).toMatch(/^354 /);
    const waiting = message('TOKEN-17');
    expect(await client.ask('Subject: a\r\n\r\nbody\r\n.')).toMatch(/^250 /);
    expect(await waiting).toMatchObject({
      server: 'mx',
      client: { address: '127.9.8.7' },
      tls: null,
      hello: 'client.test',
      transfer: 'DATA',
      code: 250,
      content: Buffer.from('Subject: a\r\n\r\nbody\r\n'),
      envelope: {
        from: {
          argument: 'FROM:<"a>b"@x.test> SIZE=10 BODY=8BITMIME',
          address: '"a>b"@x.test',
          parameters: [
            { keyword: 'SIZE', value: '10' },
            { keyword: 'BODY', value: '8BITMIME' },
          ],
        },
        to: [{ address: 'token-17@y.test', parameters: [{ keyword: 'NOTIFY', value: 'NEVER' }] }],
      },
    });
    expect(await client.ask('QUIT')).toMatch(/^221 /);
    expect(await client.ended).toBeNull();
    expect((await session()).commands.map(({ verb, code }) => [verb, code])).toEqual([
      ['EHLO', 250],
      ['MAIL', 250],
      ['RCPT', 250],
      ['DATA', 354],
      ['.', 250],
      ['QUIT', 221],
    ]);
  });

  test('commands out of order, unknown ones and bare LF are refused', async () => {
    const client = await dial(await open());
    await client.reply();
    expect(await client.ask('MAIL FROM:<a@x.test>')).toMatch(/^503 /);
    await client.ask('EHLO client.test');
    expect(await client.ask('RCPT TO:<a@x.test>')).toMatch(/^503 /);
    expect(await client.ask('DATA')).toMatch(/^503 /);
    expect(await client.ask('MAIL <a@x.test>')).toMatch(/^501 /);
    expect(await client.ask('MAIL FROM:<a@x.test>')).toMatch(/^250 /);
    expect(await client.ask('MAIL FROM:<a@x.test>')).toMatch(/^503 /);
    expect(await client.ask('RSET')).toMatch(/^250 /);
    expect(await client.ask('RCPT TO:<a@x.test>')).toMatch(/^503 /);
    expect(await client.ask('XYZZY')).toMatch(/^500 /);
    expect(await client.ask('STARTTLS')).toMatch(/^502 /);
    client.send('NOOP\n');
    expect(await client.reply()).toMatch(/^500 /);
    client.close();
    expect((await session()).anomalies).toEqual(['the command line "NOOP\\n" ended with a bare LF']);
  });

  test('what is not listed is not known: parameters, BDAT, AUTH', async () => {
    const client = await greeted(await open({ extensions: { plain: ['SIZE 100'] } }));
    expect(await client.ask('MAIL FROM:<a@x.test> BODY=8BITMIME')).toMatch(/^555 /);
    expect(await client.ask('MAIL FROM:<a@x.test> SIZE=101')).toMatch(/^552 /);
    expect(await client.ask('BDAT 0 LAST')).toMatch(/^502 /);
    expect(await client.ask('AUTH PLAIN AHUAcA==')).toMatch(/^502 /);
    await envelope(client, 'a@y.test');
    await client.ask('DATA');
    expect(await client.ask(`${'a'.repeat(200)}\r\n.`)).toMatch(/^552 /);
    expect(await message('a@y.test')).toMatchObject({ code: 552 });
    expect(exchange.messages(1, { accepted: true }).entries).toEqual([]);
  });

  test('BDAT takes octets by number, whatever they are', async () => {
    const client = await greeted(await open());
    await envelope(client, 'bdat@y.test');
    client.send('BDAT 7\r\n.\r\n\0\xff');
    client.send(Buffer.from([0xfe]));
    expect(await client.reply()).toMatch(/^250 /);
    expect(await client.ask('DATA')).toMatch(/^503 /);
    client.send('BDAT 5 LAST\r\n\r\n.\r\nNOOP\r\n');
    expect(await client.reply()).toMatch(/^250 /);
    expect(await client.reply()).toMatch(/^250 /);
    expect(await message('bdat@y.test')).toMatchObject({
      transfer: 'BDAT',
      chunks: [7, 5],
      content: Buffer.concat([
        Buffer.from('.\r\n\0\xff', 'utf8').subarray(0, 6),
        Buffer.from([0xfe]),
        Buffer.from('\r\n.\r\n'),
      ]),
    });
  });
});

describe('fidelity', () => {
  test.each<[string, Buffer, Buffer]>([
    [
      'bare CR, bare LF, NUL and 8-bit',
      Buffer.from('a\rb\nc\0d\xff\x80\r\n', 'latin1'),
      Buffer.from('a\rb\nc\0d\xff\x80\r\n', 'latin1'),
    ],
    ['stuffed dots', Buffer.from('..\r\n...a\r\nb.\r\n'), Buffer.from('.\r\n..a\r\nb.\r\n')],
    [
      'dots after other line ends',
      Buffer.from('a\n.\nb\r.\rc\n.\r\nd\r\n'),
      Buffer.from('a\n.\nb\r.\rc\n.\r\nd\r\n'),
    ],
    ['a lone stuffed dot in front', Buffer.from('.a\r\n'), Buffer.from('a\r\n')],
    ['an empty message', Buffer.alloc(0), Buffer.alloc(0)],
  ])('%s are kept before and after unstuffing', async (_what, received, content) => {
    const client = await greeted(await open());
    await envelope(client, 'bytes@y.test');
    await client.ask('DATA');
    // Octet by octet, so that every boundary falls everywhere.
    for (const octet of Buffer.concat([received, Buffer.from('.\r\n')])) client.send(Buffer.from([octet]));
    expect(await client.reply()).toMatch(/^250 /);
    const found = await message('bytes@y.test');
    expect(found.received).toEqual(received);
    expect(found.content).toEqual(content);
  });

  test('what follows the end of data in the same segment is the next command', async () => {
    const client = await greeted(await open());
    await envelope(client, 'a@y.test');
    await client.ask('DATA');
    client.send('a\r\n.\r\nMAIL FROM:<b@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n');
    for (const code of ['250', '250', '250', '354']) expect((await client.reply()).slice(0, 3)).toBe(code);
    expect(await client.ask('b\r\n.')).toMatch(/^250 /);
    expect((await message('b@y.test')).content.toString()).toBe('b\r\n');
  });

  test('the transcript holds every octet of both directions in order', async () => {
    const client = await dial(await open());
    const greeting = await client.reply();
    const answer = await client.ask('EHLO \xff\0');
    const bye = await client.ask('QUIT');
    await client.ended;
    const found = await session();
    expect(octetsOf(found, 'received')).toBe(
      Buffer.from('EHLO \xff\0\r\nQUIT\r\n', 'utf8').toString('latin1'),
    );
    expect(octetsOf(found, 'sent')).toBe(greeting + answer + bye);
    const times = found.events.map((event) => event.at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(found.ending).toBe('closed-by-us');
  });

  test('content without an end is kept with its session', async () => {
    const client = await greeted(await open());
    await envelope(client, 'a@y.test');
    await client.ask('DATA');
    client.send('half\r\n');
    client.socket.end();
    expect((await session()).unfinishedContent?.toString()).toBe('half\r\n');
    expect(exchange.messages(1, {}).entries).toEqual([]);
  });
});

describe('scripts', () => {
  const withScript = (...script: SmtpRule[]): Promise<Endpoint> => open({ script });

  test('first 450, then accept; and the reverse', async () => {
    const to = await withScript(
      { stage: 'RCPT', contains: 'Grey@', times: 1, reply: { code: 450, lines: ['4.2.0 Later'] } },
      { stage: 'MAIL', after: 2, reply: { code: 421, lines: ['4.3.2 Enough'] }, afterwards: 'close' },
    );
    const client = await greeted(to);
    await client.ask('MAIL FROM:<>');
    expect(await client.ask('RCPT TO:<grey@y.test>')).toBe('450 4.2.0 Later\r\n');
    expect(await client.ask('RCPT TO:<other@y.test>')).toMatch(/^250 /);
    expect(await client.ask('RCPT TO:<grey@y.test>')).toMatch(/^250 /);
    await client.ask('RSET');
    expect(await client.ask('MAIL FROM:<>')).toMatch(/^250 /);
    await client.ask('RSET');
    expect(await client.ask('MAIL FROM:<>')).toBe('421 4.3.2 Enough\r\n');
    expect(await client.ended).toBeNull();
  });

  test('counters can belong to each session, and a new script begins anew', async () => {
    const to = await withScript({ stage: 'NOOP', per: 'session', times: 1, reply: { code: 400 } });
    for (const _ of [1, 2]) {
      const client = await greeted(to);
      expect(await client.ask('NOOP')).toBe('400 \r\n');
      expect(await client.ask('NOOP')).toMatch(/^250 /);
    }
    exchange.setScript('mx', parseScript([{ stage: 'greeting', reply: { code: 554 } }], 'script'));
    expect(await (await dial(to)).reply()).toBe('554 \r\n');
    expect(() => exchange.setScript('nobody', [])).toThrow(
      'name: an SMTP server named nobody is not open; open: mx',
    );
  });

  test.each([
    'greeting',
    'EHLO',
    'HELO',
    'MAIL',
    'RCPT',
    'DATA',
    'end-of-data',
    'RSET',
    'NOOP',
    'VRFY',
    'QUIT',
    'other',
  ] as const)('the reply at %s can be replaced, closed after, reset after', async (stage) => {
    // A reset right after the greeting may already fail the connecting: it has a test of its own.
    for (const afterwards of stage === 'greeting' ? (['close'] as const) : (['close', 'reset'] as const)) {
      const name = `${afterwards}`;
      const to = await exchange.open(
        parseSmtpServer(
          { name, script: [{ stage, reply: { code: 451, lines: ['one', 'two'] }, afterwards }] },
          'server',
        ),
        'server',
      );
      const client = await dial(to);
      const commands: Record<string, string[]> = {
        greeting: [],
        HELO: ['HELO a.test'],
        EHLO: ['EHLO a.test'],
        other: ['EHLO a.test', 'XYZZY'],
        QUIT: ['QUIT'],
        RSET: ['RSET'],
        NOOP: ['NOOP'],
        VRFY: ['VRFY a'],
      };
      const transaction = ['EHLO a.test', 'MAIL FROM:<a@x.test>', 'RCPT TO:<a@y.test>', 'DATA', 'x\r\n.'];
      const order = ['', 'MAIL', 'RCPT', 'DATA', 'end-of-data'];
      const replies = [await client.reply()];
      for (const command of commands[stage] ?? transaction.slice(0, order.indexOf(stage) + 1))
        replies.push(await client.ask(command));
      expect(replies.at(-1)).toBe('451-one\r\n451 two\r\n');
      expect(await client.ended).toBe(afterwards === 'reset' ? 'ECONNRESET' : null);
      const ended = await exchange.waitForSession({ server: name, ended: true }, DEADLINE);
      expect(ended?.ending).toBe(afterwards === 'reset' ? 'reset-by-us' : 'closed-by-us');
    }
  });

  test('replies can be exact octets, late, dripping, absent, or followed by others in the same segment', async () => {
    const to = await withScript(
      { stage: 'greeting', delayMs: 60, reply: { code: 220, lines: ['a', 'b', 'c'] }, drip: { everyMs: 15 } },
      { stage: 'EHLO', reply: { bytes: { base64: Buffer.from('250 bare\n\0').toString('base64') } } },
      { stage: 'MAIL', append: { text: '250 forged\r\n' } },
      { stage: 'RCPT', reply: 'none' },
    );
    const begin = performance.now();
    const client = await dial(to);
    expect(await client.reply()).toBe('220-a\r\n220-b\r\n220 c\r\n');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(85);
    client.send('EHLO a.test\r\nMAIL FROM:<a@x.test>\r\n');
    while (!client.pending.endsWith('forged\r\n'))
      await new Promise((resolve) => client.socket.once('data', resolve));
    expect(client.pending).toBe('250 bare\n\x00250 2.1.0 Sender OK\r\n250 forged\r\n');
    client.send('RCPT TO:<a@y.test>\r\n');
    client.socket.end();
    const found = await session();
    const sent = found.events.flatMap((event) =>
      event.kind === 'sent' ? [event.bytes.toString('latin1')] : [],
    );
    expect(sent).toEqual([
      '220-a\r\n',
      '220-b\r\n',
      '220 c\r\n',
      '250 bare\n\0',
      '250 2.1.0 Sender OK\r\n250 forged\r\n',
    ]);
    expect(found.commands.at(-1)).toMatchObject({ verb: 'RCPT', code: null });
  });

  test('EHLO refused, HELO accepted', async () => {
    const client = await dial(await withScript({ stage: 'EHLO', reply: { code: 502 } }));
    await client.reply();
    expect(await client.ask('EHLO a.test')).toMatch(/^502/);
    expect(await client.ask('MAIL FROM:<a@x.test>')).toMatch(/^503/);
    expect(await client.ask('HELO a.test')).toMatch(/^250 /);
    expect(await client.ask('MAIL FROM:<a@x.test>')).toMatch(/^250/);
  });

  test('a connection can break in the middle of a message', async () => {
    const client = await greeted(await withScript({ stage: 'content', afterOctets: 5, afterwards: 'reset' }));
    await envelope(client, 'a@y.test');
    await client.ask('DATA');
    client.send('1234');
    client.send('56');
    expect(await client.ended).toBe('ECONNRESET');
    expect((await session()).unfinishedContent?.length).toBeGreaterThanOrEqual(5);
  });

  test('a connection can be reset before the greeting', async () => {
    const to = await withScript({ stage: 'greeting', reply: 'none', afterwards: 'reset' });
    // Connecting itself may already see the reset.
    await dial(to).then(
      async (client) => expect(await client.ended).toBe('ECONNRESET'),
      (problem) => expect(problem).toMatchObject({ code: 'ECONNRESET' }),
    );
    expect(await session()).toMatchObject({ ending: 'reset-by-us', commands: [] });
  });

  test('a client that closes its half still gets its replies', async () => {
    const client = await dial(await open());
    client.socket.end('EHLO a.test\r\nMAIL FROM:<>\r\n');
    expect(await client.reply()).toMatch(/^220 /);
    expect(await client.reply()).toMatch(/^250-/);
    expect(await client.reply()).toMatch(/^250 2.1.0/);
    expect((await session()).ending).toBe('closed-by-peer');
  });

  test('silence ends with the patience of the client', async () => {
    const client = await greeted(await withScript({ stage: 'MAIL', reply: 'none', afterwards: 'silence' }));
    client.send('MAIL FROM:<a@x.test>\r\nNOOP\r\n');
    client.socket.end();
    await client.ended;
    expect(await session()).toMatchObject({
      ending: 'closed-by-peer',
      commands: [{ verb: 'EHLO' }, { verb: 'MAIL', code: null }],
    });
    expect(client.pending).toBe('');
  });

  test('an idle connection is closed', async () => {
    const client = await greeted(await open({ idleMs: 100 }));
    await client.ended;
    expect((await session()).ending).toBe('timed-out');
  });

  test.each<[object, string]>([
    [
      { stage: 'MAIL', reply: { code: 99 } },
      'server.script[0].reply.code: expected a whole number from 100 to 999',
    ],
    [{ stage: 'NOPE' }, 'server.script[0].stage: expected one of greeting,'],
    [
      { stage: 'MAIL', reply: { code: 250, lines: ['a\r\nb'] } },
      'server.script[0].reply.lines[0]: a reply line cannot',
    ],
    [
      { stage: 'MAIL', handshake: 'close' },
      'server.script[0].handshake: belongs to the stage handshake, not to MAIL',
    ],
    [
      { stage: 'MAIL', afterwards: 'explode' },
      'server.script[0].afterwards: expected one of close, reset, silence',
    ],
  ])('the script %j is refused', (rule, sentence) => {
    expect(() => parseSmtpServer({ name: 'a', script: [rule] }, 'server')).toThrow(sentence);
  });

  test('a name can be used once at a time', async () => {
    await open();
    await expect(open()).rejects.toThrow('server.name: an SMTP server named mx is already open');
    await exchange.closeServer('mx');
    await open();
  });
});

describe('STARTTLS', () => {
  test('upgrades, forgets what was said before and lists other extensions', async () => {
    const { certificate: ca } = await certificates.authority();
    const to = await open({ ...STARTTLS, extensions: { plain: ['STARTTLS'], tls: ['AUTH PLAIN'] } });
    const client = await dial(to);
    await client.reply();
    expect(await client.ask('EHLO before.test')).toBe('250-mx.test\r\n250 STARTTLS\r\n');
    expect(await client.ask('STARTTLS')).toMatch(/^220 /);
    await client.startTls({ servername: 'mx.test', ca, rejectUnauthorized: true });
    expect(await client.ask('MAIL FROM:<a@x.test>')).toMatch(/^503 /);
    expect(await client.ask('EHLO after.test')).toBe('250-mx.test\r\n250 AUTH PLAIN\r\n');
    expect(await client.ask('STARTTLS')).toMatch(/^502 /);
    await envelope(client, 'tls@y.test');
    await client.ask('DATA');
    await client.ask('x\r\n.');
    const facts = {
      established: true,
      version: 'TLSv1.3',
      cipher: expect.stringMatching(/^TLS_AES/),
      serverName: 'mx.test',
      clientCertificate: null,
      clientHello: { serverName: 'mx.test', versions: ['TLSv1.3', 'TLSv1.2'] },
      failure: null,
    };
    expect((await message('tls@y.test')).tls).toMatchObject(facts);
    await client.ask('QUIT');
    const found = await session();
    expect(found).toMatchObject({
      tls: facts,
      helloPlain: ['before.test'],
      helloTls: ['after.test'],
      betweenStarttlsAndHello: Buffer.alloc(0),
      ending: 'closed-by-us',
    });
    expect(found.events.flatMap((event) => (event.kind === 'received' ? [event.channel] : []))).toContain(
      'tls',
    );
    expect(octetsOf(found, 'received')).not.toContain('\x16\x03');
  });

  test('implicit TLS speaks TLS from the first octet and records a client certificate', async () => {
    const issued = await certificates.issue({ variant: 'good', names: ['client.test'], key: 'ec-p256' });
    const to = await open({
      tls: { mode: 'implicit', requestClientCertificate: true, maxVersion: 'TLSv1.2' },
    });
    const client = await dial(to);
    await client.startTls({ cert: issued.chain, key: issued.key, maxVersion: 'TLSv1.2' });
    expect(await client.reply()).toMatch(/^220 /);
    expect(await client.ask('QUIT')).toMatch(/^221 /);
    expect((await session()).tls).toMatchObject({
      version: 'TLSv1.2',
      clientCertificate: { subject: 'CN=client.test', raw: expect.any(Buffer) },
    });
  });

  test('TLS 1.0 only, with a weak key', async () => {
    const to = await open({
      tls: {
        mode: 'implicit',
        maxVersion: 'TLSv1',
        certificate: { variant: 'weak-key', names: ['mx.test'] },
      },
    });
    const client = await dial(to);
    const secure = await client.startTls({ minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
    expect(secure.getProtocol()).toBe('TLSv1');
    const modern = await dial(to);
    await expect(modern.startTls()).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
    const failed = await exchange.waitForSession({ ended: true }, DEADLINE);
    expect(failed?.tls).toMatchObject({
      established: false,
      clientHello: { versions: ['TLSv1.3', 'TLSv1.2'] },
    });
  });

  test.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ] as const)(
    'a %s certificate is noticed, and the session says that the client left',
    async (variant, code) => {
      const { certificate: ca } = await certificates.authority();
      const to = await open({ tls: { mode: 'implicit', certificate: { variant, names: ['mx.test'] } } });
      const client = await dial(to);
      await expect(
        client.startTls({ servername: 'mx.test', ca, rejectUnauthorized: true }),
      ).rejects.toMatchObject({ code });
      expect((await session()).commands).toEqual([]);
    },
  );

  test.each([454, 502, 354])(
    'STARTTLS offered and answered %i leaves the connection in plaintext',
    async (code) => {
      const client = await greeted(
        await open({ ...STARTTLS, script: [{ stage: 'STARTTLS', reply: { code } }] }),
      );
      expect(await client.ask('STARTTLS')).toBe(`${code} \r\n`);
      expect(await client.ask('NOOP')).toMatch(/^250 /);
    },
  );

  test('arguments are refused (RFC 3207 4)', async () => {
    const client = await greeted(await open(STARTTLS));
    expect(await client.ask('STARTTLS now')).toMatch(/^501 /);
  });

  test('forged replies after the go-ahead, then silence inside TLS (response injection)', async () => {
    const to = await open({
      ...STARTTLS,
      script: [
        { stage: 'STARTTLS', append: { text: '250 forged\r\n' } },
        { stage: 'EHLO', channel: 'tls', reply: 'none' },
      ],
    });
    const client = await greeted(to);
    expect(await client.ask('STARTTLS')).toMatch(/^220 /);
    expect(client.pending).toBe('250 forged\r\n');
    await client.startTls();
    // A client that falls for it takes the forged line for the answer and goes on.
    client.send('EHLO a.test\r\n');
    expect(await client.reply()).toBe('250 forged\r\n');
    expect(await client.ask('MAIL FROM:<a@x.test>')).toMatch(/^250 /);
    client.close();
    const found = await session();
    expect(found.commands.filter((command) => command.channel === 'tls')).toMatchObject([
      { verb: 'EHLO', code: null },
      { verb: 'MAIL', code: 250 },
    ]);
  });

  test('octets between STARTTLS and ClientHello are recorded and not executed', async () => {
    const client = await greeted(await open(STARTTLS));
    client.send('STARTTLS\r\nRSET\r\nAUTH PLAIN c2VjcmV0\r\n');
    expect(await client.reply()).toMatch(/^220 /);
    client.send('NOOP\r\n');
    await client.startTls();
    expect(await client.ask('EHLO a.test')).toMatch(/^250-/);
    expect(client.pending).toBe('');
    client.close();
    const found = await session();
    expect(found.betweenStarttlsAndHello.toString()).toBe('RSET\r\nAUTH PLAIN ********\r\nNOOP\r\n');
    expect(octetsOf(found, 'received')).not.toContain('c2VjcmV0');
    expect(found.anomalies).toEqual(['33 octets came between STARTTLS and ClientHello']);
  });

  test.each([
    ['garbage', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
    ['alert', 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'],
    ['close', 'ECONNRESET'],
    ['reset', 'ECONNRESET'],
  ] as const)('a handshake broken by %s', async (handshake, code) => {
    const to = await open({ ...STARTTLS, script: [{ stage: 'handshake', times: 1, handshake }] });
    const client = await greeted(to);
    await client.ask('STARTTLS');
    const problem = await client
      .startTls({ servername: 'mx.test' })
      .catch((error: NodeJS.ErrnoException) => error);
    expect([code, 'ERR_SSL_WRONG_VERSION_NUMBER']).toContain('code' in problem ? problem.code : 'no error');
    expect((await session()).tls).toMatchObject({
      established: false,
      serverName: 'mx.test',
      failure: { code: 'BROKEN_ON_PURPOSE' },
    });
    const second = await greeted(to);
    await second.ask('STARTTLS');
    await second.startTls();
  });

  test('a go-ahead followed by a reset, and by silence after the ClientHello', async () => {
    const to = await open({
      ...STARTTLS,
      script: [
        { stage: 'STARTTLS', times: 1, afterwards: 'reset' },
        { stage: 'handshake', handshake: 'silence' },
      ],
    });
    const client = await greeted(to);
    expect(await client.ask('STARTTLS')).toMatch(/^220 /);
    expect(await client.ended).toBe('ECONNRESET');
    const second = await greeted(to);
    await second.ask('STARTTLS');
    const handshake = second.startTls();
    handshake.catch(() => {});
    const open2 = exchange.waitForSession({ ended: true }, { since: 2, ...DEADLINE });
    setImmediate(() => second.socket.destroy());
    expect((await open2)?.tls?.established).toBe(false);
  });
});

describe('AUTH', () => {
  const listed = { extensions: { plain: ['AUTH PLAIN LOGIN CRAM-MD5'] } };
  const b64 = (text: string): string => Buffer.from(text).toString('base64');

  test('is recorded as facts; no octet of a secret stays', async () => {
    const client = await greeted(await open(listed));
    expect(await client.ask(`AUTH PLAIN ${b64('\0user\0secret')}`)).toMatch(/^235 /);
    expect(await client.ask('AUTH PLAIN')).toBe('334 \r\n');
    expect(await client.ask(b64('\0user\0secret'))).toMatch(/^235 /);
    expect(await client.ask('auth login')).toBe(`334 ${b64('Username:')}\r\n`);
    expect(await client.ask(b64('user'))).toBe(`334 ${b64('Password:')}\r\n`);
    expect(await client.ask(b64('secret'))).toMatch(/^235 /);
    expect(await client.ask('AUTH CRAM-MD5')).toMatch(/^334 /);
    expect(await client.ask(b64('user 0123'))).toMatch(/^235 /);
    expect(await client.ask('AUTH PLAIN')).toMatch(/^334 /);
    expect(await client.ask('*')).toMatch(/^501 /);
    expect(await client.ask('AUTH PLAIN !!!')).toMatch(/^501 /);
    expect(await client.ask(`AUTH NTLM ${b64('secret')}`)).toMatch(/^504 /);
    await client.ask('QUIT');
    const found = await session();
    expect(found.authentications).toMatchObject([
      {
        mechanism: 'PLAIN',
        initialResponse: true,
        responseOctets: [12],
        responses: null,
        code: 235,
        channel: 'plain',
      },
      { mechanism: 'PLAIN', initialResponse: false, responseOctets: [12], code: 235 },
      { mechanism: 'LOGIN', responseOctets: [4, 6], code: 235 },
      { mechanism: 'CRAM-MD5', responseOctets: [9], code: 235 },
      { mechanism: 'PLAIN', responseOctets: [], code: 501 },
      { mechanism: 'PLAIN', responseOctets: [3], code: 501 },
      { mechanism: 'NTLM', responseOctets: [6], code: 504 },
    ]);
    const everything = JSON.stringify(found) + octetsOf(found, 'received');
    for (const secret of ['secret', 'user'].flatMap((text) => [text, b64(text), b64(`\0user\0secret`)]))
      expect(everything).not.toContain(secret);
    expect(octetsOf(found, 'received')).toContain(`AUTH PLAIN ${'*'.repeat(16)}\r\n`);
  });

  test('is kept where the server was told to', async () => {
    const client = await greeted(await open({ ...listed, keepCredentials: true }));
    await client.ask(`AUTH PLAIN ${b64('\0user\0secret')}`);
    client.close();
    const found = await session();
    expect(found.authentications[0]?.responses).toEqual([Buffer.from('\0user\0secret')]);
    expect(octetsOf(found, 'received')).toContain(b64('\0user\0secret'));
  });

  test('can be refused at the start and at the end, and a secret cut off is still hidden', async () => {
    const to = await open({
      ...listed,
      script: [
        { stage: 'AUTH', times: 1, reply: { code: 538, lines: ['5.7.11 Encryption required'] } },
        { stage: 'auth-end', reply: { code: 535, lines: ['5.7.8 No'] } },
      ],
    });
    const client = await greeted(to);
    expect(await client.ask(`AUTH PLAIN ${b64('secret')}`)).toMatch(/^538 /);
    expect(await client.ask(`AUTH PLAIN ${b64('secret')}`)).toMatch(/^535 /);
    expect(await client.ask('AUTH LOGIN')).toMatch(/^334 /);
    client.send(b64('half a secret'));
    client.socket.end();
    const found = await session();
    expect(found.authentications.map((attempt) => attempt.code)).toEqual([538, 535, null]);
    expect(octetsOf(found, 'received')).not.toContain(b64('half a secret').slice(0, 8));
  });
});

test('a wait for a message ends at its deadline with null', async () => {
  expect(await exchange.waitForMessage({ recipient: 'nobody' }, { deadlineMs: 20 })).toBeNull();
});

test('closing ends open connections in every state', async () => {
  const to = await open({
    ...STARTTLS,
    script: [
      { stage: 'NOOP', delayMs: 600_000 },
      { stage: 'greeting', after: 4, delayMs: 600_000 },
    ],
  });
  const idle = await greeted(to);
  const delayed = await greeted(to);
  delayed.send('NOOP\r\n');
  const shaking = await greeted(to);
  await shaking.ask('STARTTLS');
  shaking.send(Buffer.from([0x16, 0x03]));
  const writing = await greeted(to);
  await envelope(writing, 'a@y.test');
  await writing.ask('DATA');
  const waiting = await dial(to);
  await exchange.close();
  for (const client of [idle, delayed, shaking, writing, waiting]) await client.ended;
  expect(exchange.sessions(1, { ended: true }).entries).toHaveLength(5);
});
