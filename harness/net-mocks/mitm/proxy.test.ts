import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLab } from '../lab/create-lab.ts';
import type { Lab } from '../lab/lab.ts';
import { connectRaw, type RawClient } from '../smtp/client.testing.ts';
import type { SmtpServerOptions } from '../smtp/options.ts';
import { CRLF } from '../wire/crlf.ts';
import { type Endpoint, listen } from '../wire/listen.ts';
import { hideUpgrade } from './capabilities.ts';
import { DIALECTS } from './dialects.ts';
import type { ProxyMode } from './modes.ts';
import type { ProxySession } from './record.ts';

let lab: Lab;
let clients: RawClient[];

beforeEach(async () => {
  lab = await createLab();
  clients = [];
});
afterEach(async () => {
  for (const client of clients) client.close();
  await lab.close();
});

const DEADLINE = { deadlineMs: 10_000 };

async function mx(options: Partial<SmtpServerOptions> = {}): Promise<Endpoint> {
  return (await lab.smtp.open({ name: 'mx', tls: {}, ...options })).endpoint;
}

/** A client of a proxy in front of the server. */
async function through(
  mode: ProxyMode,
  upstream: Endpoint,
  protocol: 'smtp' | 'pop3' | 'imap' = 'smtp',
): Promise<RawClient> {
  const { endpoint } = await lab.mitm.open({ name: 'eve', protocol, upstream, mode });
  const client = await connectRaw(endpoint);
  clients.push(client);
  return client;
}

async function record(): Promise<ProxySession> {
  const found = await lab.mitm.waitForSession({ ended: true, ...DEADLINE });
  if (found === null) throw new Error('expected a conversation that ended');
  return found;
}

const text = (events: ProxySession['clientLeg'], kind: 'received' | 'sent'): string =>
  Buffer.concat(events.flatMap((event) => (event.kind === kind ? [event.bytes] : []))).toString('latin1');

async function deliver(client: RawClient, recipient: string): Promise<void> {
  expect(await client.ask('MAIL FROM:<a@x.test>')).toMatch(/^250 /);
  expect(await client.ask(`RCPT TO:<${recipient}>`)).toMatch(/^250 /);
  expect(await client.ask('DATA')).toMatch(/^354 /);
  // Lines that look like commands are content.
  expect(await client.ask(['STARTTLS', 'AUTH PLAIN Zm9v', '..', '.'].join(CRLF))).toMatch(/^250 /);
}

const CONTENT = ['STARTTLS', 'AUTH PLAIN Zm9v', '.', ''].join(CRLF);

describe('pass', () => {
  test('a plaintext conversation and its content go through, and both legs are recorded', async () => {
    const client = await through({ kind: 'pass' }, await mx());
    await client.reply();
    expect(await client.ask('EHLO a.test')).toContain('STARTTLS');
    await deliver(client, 'token@y.test');
    expect((await lab.smtp.waitForMessage({ recipient: 'token', ...DEADLINE }))?.content.toString()).toBe(
      CONTENT,
    );
    client.send('BDAT 10\r\nSTARTTLS\r\nNOOP\r\n');
    expect(await client.reply()).toMatch(/^503 /);
    expect(await client.reply()).toMatch(/^250 /);
    await client.ask('QUIT');
    expect(await client.ended).toBeNull();
    const found = await record();
    expect(found).toMatchObject({
      mode: 'pass',
      upgrade: 'not-asked',
      interventions: [],
      upstreamFailure: null,
    });
    expect(text(found.clientLeg, 'received')).toBe(text(found.serverLeg, 'sent'));
    expect(text(found.serverLeg, 'received')).toBe(text(found.clientLeg, 'sent'));
  });

  test('TLS goes through to the real server', async () => {
    const { certificate: ca } = await lab.certificates.authority();
    const client = await through({ kind: 'pass' }, await mx());
    await client.reply();
    await client.ask('EHLO a.test');
    expect(await client.ask('STARTTLS')).toMatch(/^220 /);
    await client.startTls({ servername: 'mx.test', ca, rejectUnauthorized: true });
    await client.ask('EHLO a.test');
    await deliver(client, 'token@y.test');
    const message = await lab.smtp.waitForMessage({ recipient: 'token', ...DEADLINE });
    expect(message?.tls?.established).toBe(true);
    client.close();
    expect(await record()).toMatchObject({
      upgrade: 'passed',
      clientHello: { serverName: 'mx.test' },
      tls: null,
    });
  });

  test('what a client pipelines after STARTTLS stays in its segment', async () => {
    const client = await through({ kind: 'pass' }, await mx());
    await client.reply();
    await client.ask('EHLO a.test');
    client.send('STARTTLS\r\nNOOP\r\n');
    await client.reply();
    await client.startTls();
    await client.ask('EHLO a.test');
    client.close();
    expect(
      (await lab.smtp.waitForSession({ ended: true, ...DEADLINE }))?.betweenStarttlsAndHello.toString(),
    ).toBe('NOOP\r\n');
    const found = await record();
    expect(
      found.serverLeg.some(
        (event) => event.kind === 'sent' && event.bytes.equals(Buffer.from('STARTTLS\r\nNOOP\r\n')),
      ),
    ).toBe(true);
  });

  test('a refusal by the server comes back, and the conversation goes on', async () => {
    const upstream = await mx({ script: [{ stage: 'STARTTLS', reply: { code: 454, lines: ['a', 'b'] } }] });
    const client = await through({ kind: 'pass' }, upstream);
    await client.reply();
    await client.ask('EHLO a.test');
    expect(await client.ask('STARTTLS')).toBe('454-a\r\n454 b\r\n');
    await deliver(client, 'a@y.test');
    client.close();
    expect(await record()).toMatchObject({ upgrade: 'refused-by-server' });
  });

  test('a server that cannot be reached is a reset, and the record says why', async () => {
    const client = await through({ kind: 'pass' }, { address: '127.0.0.1', port: 1 });
    expect(await client.ended).toBe('ECONNRESET');
    expect(await record()).toMatchObject({ upstreamFailure: 'ECONNREFUSED' });
  });

  test('the server sees the source address that was asked for', async () => {
    const upstream = await mx();
    const { endpoint } = await lab.mitm.open({
      name: 'eve',
      protocol: 'smtp',
      upstream,
      sourceAddress: '127.5.5.5',
    });
    const client = await connectRaw(endpoint);
    clients.push(client);
    await client.reply();
    expect((await lab.smtp.sessions()).entries).toMatchObject([{ client: { address: '127.5.5.5' } }]);
  });

  test('secrets are hidden on both legs', async () => {
    const client = await through({ kind: 'pass' }, await mx({ extensions: { plain: ['AUTH PLAIN LOGIN'] } }));
    await client.reply();
    await client.ask('EHLO a.test');
    const secret = Buffer.from('\0user\0secret').toString('base64');
    expect(await client.ask(`AUTH PLAIN ${secret}`)).toMatch(/^235 /);
    await client.ask('AUTH LOGIN');
    await client.ask(Buffer.from('user').toString('base64'));
    expect(await client.ask(secret)).toMatch(/^235 /);
    expect(await client.ask('NOOP')).toMatch(/^250 /);
    client.close();
    const found = await record();
    for (const all of [text(found.clientLeg, 'received'), text(found.serverLeg, 'sent')]) {
      expect(all).not.toContain(secret);
      expect(all).toContain(`AUTH PLAIN ${'*'.repeat(secret.length)}\r\nAUTH LOGIN\r\n********\r\n`);
      expect(all).toContain('NOOP');
    }
  });
});

describe('attacks on the offer', () => {
  test('strip-capability takes STARTTLS out, also as the last line, and spoils the command', async () => {
    const upstream = await mx({ extensions: { plain: ['SIZE 1000', 'STARTTLS'] } });
    const client = await through({ kind: 'strip-capability' }, upstream);
    await client.reply();
    expect(await client.ask('EHLO a.test')).toBe('250-mx.test\r\n250 SIZE 1000\r\n');
    expect(await client.ask('STARTTLS')).toMatch(/^500 /);
    await deliver(client, 'a@y.test');
    expect((await lab.smtp.waitForMessage({ recipient: 'a@', ...DEADLINE }))?.tls).toBeNull();
    client.close();
    expect((await record()).interventions).toEqual([
      'took STARTTLS out of the capabilities',
      'overwrote the command STARTTLS',
    ]);
  });

  test('overwrite-capability leaves XXXXXXXA', async () => {
    const client = await through({ kind: 'overwrite-capability' }, await mx());
    await client.reply();
    const answer = await client.ask('EHLO a.test');
    expect(answer).toContain('XXXXXXXA\r\n');
    expect(answer).not.toContain('STARTTLS');
    await client.ask('STARTTLS');
    client.close();
    expect(text((await record()).serverLeg, 'sent')).toBe('EHLO a.test\r\nXXXXXXXA\r\n');
  });

  test('refuse-upgrade answers 454 and forwards nothing', async () => {
    const client = await through({ kind: 'refuse-upgrade' }, await mx());
    await client.reply();
    expect(await client.ask('EHLO a.test')).toContain('STARTTLS');
    expect(await client.ask('STARTTLS')).toBe('454 4.7.0 TLS not available\r\n');
    expect(await client.ask('NOOP')).toMatch(/^250 /);
    client.close();
    const found = await record();
    expect(text(found.serverLeg, 'sent')).toBe('EHLO a.test\r\nNOOP\r\n');
    expect(found.upgrade).toBe('refused-by-proxy');
  });
});

describe('injection', () => {
  const inject = (where: Extract<ProxyMode, { kind: 'inject' }>['where'], content: string): ProxyMode => ({
    kind: 'inject',
    where,
    bytes: { text: content },
  });

  /** Brings the client into TLS and gives the server's record of it. */
  async function upgrade(client: RawClient): Promise<void> {
    await client.reply();
    await client.ask('EHLO a.test');
    expect(await client.ask('STARTTLS')).toMatch(/^220 /);
    await client.startTls();
    expect(await client.ask('EHLO b.test')).toMatch(/^250-/);
    expect(client.pending).toBe('');
  }
  const session = () => lab.smtp.waitForSession({ ended: true, ...DEADLINE });

  test('before the command: executed in plaintext, hidden from the client', async () => {
    const client = await through(
      inject('before-upgrade-command', 'MAIL FROM:<eve@x.test>\r\nNOOP\r\n'),
      await mx(),
    );
    await upgrade(client);
    client.close();
    expect((await session())?.commands.map((command) => command.verb)).toEqual([
      'EHLO',
      'MAIL',
      'NOOP',
      'STARTTLS',
      'EHLO',
    ]);
    expect((await record()).interventions).toEqual(['injected 30 octets before STARTTLS']);
  });

  test('after the command: one segment, before the ClientHello', async () => {
    const client = await through(inject('after-upgrade-command', 'RSET\r\n'), await mx());
    await upgrade(client);
    client.close();
    expect((await session())?.betweenStarttlsAndHello.toString()).toBe('RSET\r\n');
    const sent = (await record()).serverLeg.flatMap((event) =>
      event.kind === 'sent' ? [event.bytes.toString('latin1')] : [],
    );
    expect(sent[1]).toBe('STARTTLS\r\nRSET\r\n');
  });

  test('after the go-ahead: before any octet of the handshake', async () => {
    const client = await through(inject('after-go-ahead', 'NOOP\r\n'), await mx());
    await upgrade(client);
    client.close();
    expect((await session())?.betweenStarttlsAndHello.toString()).toBe('NOOP\r\n');
    const sent = (await record()).serverLeg.flatMap((event) =>
      event.kind === 'sent' ? [event.bytes.toString('latin1')] : [],
    );
    expect(sent.slice(0, 3)).toEqual(['EHLO a.test\r\n', 'STARTTLS\r\n', 'NOOP\r\n']);
  });

  test('with the go-ahead: the client gets a forged reply in the same segment', async () => {
    const client = await through(inject('with-go-ahead', '250 forged\r\n'), await mx());
    await client.reply();
    await client.ask('EHLO a.test');
    expect(await client.ask('STARTTLS')).toMatch(/^220 /);
    expect(client.pending).toBe('250 forged\r\n');
    client.close();
    const sent = (await record()).clientLeg.flatMap((event) =>
      event.kind === 'sent' ? [event.bytes.toString('latin1')] : [],
    );
    expect(sent.at(-1)).toBe('220 2.0.0 Ready to start TLS\r\n250 forged\r\n');
  });
});

describe('terminate-tls', () => {
  test('the client has TLS with the proxy, the server plaintext', async () => {
    const { endpoint } = await lab.mitm.open({
      name: 'eve',
      protocol: 'smtp',
      upstream: await mx(),
      mode: { kind: 'terminate-tls' },
      tls: { certificate: { variant: 'self-signed', names: ['mx.test'] } },
    });
    const client = await connectRaw(endpoint);
    clients.push(client);
    await client.reply();
    await client.ask('EHLO a.test');
    expect(await client.ask('STARTTLS')).toMatch(/^220 /);
    const secure = await client.startTls({ servername: 'mx.test' });
    expect(secure.authorizationError).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(await client.ask('EHLO b.test')).not.toContain('STARTTLS');
    await deliver(client, 'token@y.test');
    expect((await lab.smtp.waitForMessage({ recipient: 'token', ...DEADLINE }))?.tls).toBeNull();
    client.close();
    const found = await record();
    expect(found).toMatchObject({ upgrade: 'terminated', tls: { established: true, serverName: 'mx.test' } });
    expect(text(found.serverLeg, 'sent')).not.toContain('STARTTLS\r\nEHLO');
  });

  test('implicit TLS ends at the proxy from the first octet', async () => {
    const client = await through({ kind: 'terminate-tls', implicit: true }, await mx());
    await client.startTls();
    expect(await client.reply()).toMatch(/^220 /);
  });

  test('a client that does not trust it leaves, and the server is left alone', async () => {
    const client = await through({ kind: 'terminate-tls' }, await mx());
    await client.reply();
    await client.ask('STARTTLS');
    await expect(client.startTls({ rejectUnauthorized: true, servername: 'mx.test' })).rejects.toThrow();
    client.close();
    const found = await record();
    expect(text(found.serverLeg, 'sent')).toBe('');
  });
});

test.each(['connect', 'greeting', 'capabilities', 'upgrade-command', 'go-ahead', 'client-hello'] as const)(
  'reset at %s',
  async (at) => {
    const { endpoint } = await lab.mitm.open({
      name: 'eve',
      protocol: 'smtp',
      upstream: await mx(),
      mode: { kind: 'reset', at },
    });
    const points = ['connect', 'greeting', 'capabilities', 'upgrade-command', 'go-ahead', 'client-hello'];
    const reached = points.indexOf(at);
    // Connecting itself may already see the first one.
    const client = await connectRaw(endpoint).catch(() => null);
    if (client !== null) {
      clients.push(client);
      if (reached > 1) await client.reply();
      if (reached > 2) await client.ask('EHLO a.test');
      if (reached === 2) client.send('EHLO a.test\r\n');
      if (reached === 3 || reached === 4) client.send('STARTTLS\r\n');
      if (reached === 5) {
        await client.ask('STARTTLS');
        client.send(Buffer.from('160301000100', 'hex'));
      }
      expect(await client.ended).toBe('ECONNRESET');
    }
    const found = await record();
    expect(found.ending).toBe('reset-by-us');
    expect(found.interventions.join()).toMatch(new RegExp(`at ${at}$`));
    expect(text(found.serverLeg, 'sent').includes('STARTTLS')).toBe(reached > 3);
  },
);

describe('POP3 and IMAP', () => {
  let server: Server;
  let upstream: Endpoint;
  let got: string;

  /** A server that answers by table, one line for one line. */
  async function tableServer(greeting: string, table: [RegExp, string][]): Promise<void> {
    got = '';
    server = createServer((socket) => {
      socket.write(greeting);
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk) => {
        got += chunk.toString('latin1');
        for (const line of chunk.toString('latin1').split('\r\n').slice(0, -1))
          for (const [pattern, reply] of table)
            if (pattern.test(line)) socket.write(reply.replaceAll('TAG', line.split(' ')[0] ?? ''));
      });
    });
    upstream = await listen(server, { address: '127.0.0.1', port: 0 });
  }
  afterEach(() => server.close());

  /** Sends a line and reads until the pattern matches what came since. */
  async function talk(client: RawClient, line: string, until: RegExp): Promise<string> {
    const before = client.pending.length;
    if (line !== '') client.send(`${line}\r\n`);
    while (!until.test(client.pending.slice(before)))
      await new Promise((resolve) => client.socket.once('data', resolve));
    return client.pending.slice(before);
  }

  const pop3 = (): Promise<void> =>
    tableServer('+OK ready\r\n', [
      [/^CAPA/, '+OK\r\nUSER\r\nSTLS\r\nUIDL\r\n.\r\n'],
      [/^STLS/, '+OK begin\r\n'],
      [/^XXX/, '-ERR unknown\r\n'],
      [/^PASS/, '+OK in\r\n'],
      [/^RETR/, '+OK\r\nSTLS\r\n.\r\n'],
    ]);
  const imap = (): Promise<void> =>
    tableServer('* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n', [
      [/ CAPABILITY/, '* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nTAG OK done\r\n'],
      [/ STARTTLS/, 'TAG OK begin\r\n'],
      [/ X+A$/, 'TAG BAD unknown\r\n'],
      [/ LOGIN .*\}$/, '+ go\r\n'],
      [/ LOGIN [^{]*$/, 'TAG OK in\r\n'],
      [/ APPEND/, '+ go\r\n'],
      [/ NOOP/, 'TAG OK\r\n'],
    ]);

  test('POP3: STLS is stripped from CAPA only, and overwritten on its way', async () => {
    await pop3();
    const client = await through({ kind: 'strip-capability' }, upstream, 'pop3');
    await talk(client, '', /ready\r\n/);
    expect(await talk(client, 'CAPA', /\.\r\n/)).toBe('+OK\r\nUSER\r\nUIDL\r\n.\r\n');
    expect(await talk(client, 'RETR 1', /\.\r\n/)).toBe('+OK\r\nSTLS\r\n.\r\n');
    expect(await talk(client, 'STLS', /\r\n/)).toBe('-ERR unknown\r\n');
    expect(await talk(client, 'PASS secret word', /\r\n/)).toBe('+OK in\r\n');
    client.close();
    const found = await record();
    expect(got).toContain('PASS secret word\r\n');
    expect(text(found.clientLeg, 'received') + text(found.serverLeg, 'sent')).not.toContain('secret');
    expect(text(found.serverLeg, 'sent')).toContain('XXXA\r\n');
  });

  test('POP3: the upgrade is refused, overwritten, passed', async () => {
    await pop3();
    const client = await through({ kind: 'refuse-upgrade' }, upstream, 'pop3');
    await talk(client, '', /ready\r\n/);
    expect(await talk(client, 'STLS', /\r\n/)).toBe('-ERR TLS not available\r\n');
    await lab.mitm.closeProxy({ name: 'eve' });
    const other = await through({ kind: 'overwrite-capability' }, upstream, 'pop3');
    await talk(other, '', /ready\r\n/);
    expect(await talk(other, 'CAPA', /\.\r\n/)).toContain('USER\r\nXXXA\r\nUIDL');
    await lab.mitm.closeProxy({ name: 'eve' });
    const passed = await through(
      { kind: 'inject', where: 'after-upgrade-command', bytes: { text: 'CAPA\r\n' } },
      upstream,
      'pop3',
    );
    await talk(passed, '', /ready\r\n/);
    // This server is vulnerable: it executes what came after the command.
    expect(await talk(passed, 'STLS', /\.\r\n/)).toBe('+OK begin\r\n+OK\r\nUSER\r\nSTLS\r\nUIDL\r\n.\r\n');
  });

  test('IMAP: STARTTLS is stripped from greeting and CAPABILITY, and refused with the tag', async () => {
    await imap();
    const client = await through({ kind: 'strip-capability' }, upstream, 'imap');
    expect(await talk(client, '', /ready\r\n/)).toBe('* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready\r\n');
    expect(await talk(client, 'a1 CAPABILITY', /done\r\n/)).toBe(
      '* CAPABILITY IMAP4rev1 LOGINDISABLED\r\na1 OK done\r\n',
    );
    expect(await talk(client, 'a2 STARTTLS', /a2 .*\r\n/)).toBe('a2 BAD unknown\r\n');
    await lab.mitm.closeProxy({ name: 'eve' });
    const refused = await through({ kind: 'refuse-upgrade' }, upstream, 'imap');
    await talk(refused, '', /ready\r\n/);
    expect(await talk(refused, 'x9 STARTTLS', /\r\n/)).toBe('x9 NO TLS not available\r\n');
    await lab.mitm.closeProxy({ name: 'eve' });
    const before = await through(
      { kind: 'inject', where: 'before-upgrade-command', bytes: { text: 'e1 NOOP\r\n' } },
      upstream,
      'imap',
    );
    await talk(before, '', /ready\r\n/);
    expect(await talk(before, 'a1 STARTTLS', /\r\n/)).toBe('a1 OK begin\r\n');
    expect(got).toContain('e1 NOOP\r\na1 STARTTLS\r\n');
  });

  test('IMAP: literals are no commands, and login secrets are hidden', async () => {
    await imap();
    const client = await through({ kind: 'refuse-upgrade' }, upstream, 'imap');
    await talk(client, '', /ready\r\n/);
    await talk(client, 'a1 APPEND INBOX {13}', /\+ go\r\n/);
    client.send('a STARTTLS\r\n\0\r\n');
    await talk(client, 'a2 NOOP', /a2 OK\r\n/);
    expect(got).toContain('{13}\r\na STARTTLS\r\n\0\r\n');
    await talk(client, 'a3 LOGIN user "secret"', /a3 OK in\r\n/);
    await talk(client, 'a4 LOGIN {6+}', /\+ go\r\n/);
    client.send('secret\r\n');
    await talk(client, 'a5 LOGIN {6}', /\+ go\r\n/);
    client.send('secret\r\n');
    while (!got.endsWith('secret\r\n')) await new Promise((resolve) => setImmediate(resolve));
    client.close();
    const found = await record();
    const all = text(found.clientLeg, 'received') + text(found.serverLeg, 'sent');
    expect(all).not.toContain('secret');
    expect(all).toContain('a3 LOGIN *************\r\n');
  });
});

test('capabilities are hidden without touching anything else', () => {
  const hide = (protocol: 'smtp' | 'imap', lines: string[]): string[] =>
    hideUpgrade(protocol, DIALECTS[protocol], lines, 'strip');
  expect(hide('smtp', ['250-a\r\n', '250-STARTTLS\r\n', '250 X\r\n'])).toEqual(['250-a\r\n', '250 X\r\n']);
  expect(hide('smtp', ['250-a STARTTLS\r\n', '250 XSTARTTLS\r\n'])).toEqual([
    '250-a STARTTLS\r\n',
    '250 XSTARTTLS\r\n',
  ]);
  expect(hide('imap', ['* OK STARTTLS is nice\r\n'])).toEqual(['* OK STARTTLS is nice\r\n']);
});
