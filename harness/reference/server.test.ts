import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ROLE_NAMES } from '../model/roles.ts';
import { base64, lines } from '../wire/bytes.ts';
import { type ReferenceCapability, startReference } from './server.ts';
import { type Dialogue, startDialogue } from './testing/dialogue.ts';
import { authScram } from './testing/scram-client.ts';

let dialogue: Dialogue;
afterEach(() => dialogue.end());

describe('the target', () => {
  test('declares every role, two accounts with generated secrets, and how to trust it', async () => {
    dialogue = await startDialogue();
    const { target } = dialogue.reference;
    expect(Object.keys(target.endpoints)).toEqual(ROLE_NAMES);
    expect(target.accounts.map(({ address }) => address)).toEqual(['alice@example.test', 'bob@example.test']);
    expect(new Set(target.accounts.map(({ password }) => password)).size).toBe(2);
    expect(structuredClone(target)).toEqual(target);
    const { client } = await dialogue.hello('imap');
    await dialogue.upgrade(client, 'imap');
    await client.tls({ rejectUnauthorized: true, servername: target.hostname, ca: target.trustAnchor ?? '' });
    expect(client.tlsSocket?.getPeerCertificate().subjectaltname).toBe(
      'DNS:mail.example.test, DNS:example.test',
    );
  });

  test('is named by the options', async () => {
    dialogue = await startDialogue({ domain: 'other.test', hostname: 'mx.other.test' });
    const { target } = dialogue.reference;
    expect([target.domain, target.hostname, target.accounts[0]?.address]).toEqual([
      'other.test',
      'mx.other.test',
      'alice@other.test',
    ]);
    expect((await dialogue.connect('mx')).greeting).toBe('220 mx.other.test ESMTP');
  });
});

/** Sockets and listeners that keep this process alive. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
}

describe('close', () => {
  test('ends open sessions, in every state, and leaves nothing that keeps the process alive', async () => {
    const before = sockets();
    dialogue = await startDialogue();
    const { reference } = dialogue;
    for (const role of ROLE_NAMES) await dialogue.inside(role);
    const handshaking = await dialogue.hello('mx');
    await dialogue.upgrade(handshaking.client, 'mx');
    const challenged = await dialogue.inside('submission');
    await challenged.client.ask('AUTH PLAIN');
    await reference.close();
    await handshaking.client.ended();
    await challenged.client.ended();
    await dialogue.end();
    // Closed handles leave the list some turns of the event loop later.
    await expect.poll(sockets).toBeLessThanOrEqual(before);
    const refused = await new Promise<string>((resolve) => {
      const { host = '', port = 0 } = reference.target.endpoints.mx ?? {};
      const socket = connect({ host, port }, () => resolve('connected'));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    });
    expect(refused).toBe('ECONNREFUSED');
  });

  test('two references do not share accounts or mail', async () => {
    dialogue = await startDialogue();
    const other = await startReference();
    expect(other.target.accounts[0]?.password).not.toBe(dialogue.password());
    await other.close();
  });
});

describe('a capability switched off is neither announced nor accepted', () => {
  const start = async (...without: readonly ReferenceCapability[]) => {
    dialogue = await startDialogue({ without });
  };

  test.each(ROLE_NAMES)('%s is not declared', async (role) => {
    await start(role);
    expect(dialogue.reference.target.endpoints[role]).toBeUndefined();
  });
  test.each([
    ['smtp-starttls', 'mx', 'STARTTLS', /^502/],
    ['pop3-stls', 'pop3', 'STLS', /^-ERR/],
    ['imap-starttls', 'imap', 'STARTTLS', /^u BAD/],
  ] as const)('%s', async (capability, role, keyword, refusal) => {
    await start(capability);
    const { client, capabilities } = await dialogue.hello(role);
    expect(capabilities).not.toContain(keyword);
    expect(await dialogue.upgrade(client, role)).toMatch(refusal);
  });
  test('smtp-auth', async () => {
    await start('smtp-auth');
    const { client, capabilities } = await dialogue.inside('submission');
    expect(capabilities).not.toContain('AUTH');
    expect(await client.ask(`AUTH PLAIN ${dialogue.plain()}`)).toMatch(/^503/);
  });
  test('pop3-sasl', async () => {
    await start('pop3-sasl');
    const { client, capabilities } = await dialogue.inside('pop3');
    expect(capabilities).not.toContain('SASL');
    expect(await client.askLine('AUTH PLAIN')).toMatch(/^-ERR/);
  });
  test.each([
    ['scram', /SCRAM/, 'SCRAM-SHA-256'],
    ['channel-binding', /-PLUS/, 'SCRAM-SHA-256-PLUS'],
    ['bearer', /BEARER|XOAUTH2/, 'XOAUTH2'],
  ] as const)('%s', async (capability, listed, mechanism) => {
    await start(capability);
    const { client, capabilities } = await dialogue.inside('submissions');
    expect(capabilities).not.toMatch(listed);
    expect(await client.ask(`AUTH ${mechanism}`)).toMatch(/^504/);
  });
  test('without channel binding the flag y is no downgrade', async () => {
    await start('channel-binding');
    const { client } = await dialogue.inside('submission');
    const trace = await authScram(client, 'alice@example.test', dialogue.password(), { flag: 'y' });
    expect(trace.end).toBe('235');
  });
  test('pipelining and smtputf8', async () => {
    await start('pipelining', 'smtputf8');
    const { client, capabilities } = await dialogue.hello('mx');
    expect(capabilities).not.toMatch(/PIPELINING|SMTPUTF8/);
    expect(await client.ask('MAIL FROM:<a@b.test> SMTPUTF8')).toMatch(/^555/);
    expect((await dialogue.hello('pop3')).capabilities).not.toContain('PIPELINING');
  });
});

describe('mechanisms', () => {
  test.each([
    ['TLSv1.3', 'tls-exporter', '235'],
    ['TLSv1.3', 'tls-server-end-point', '235'],
    ['TLSv1.3', 'tls-unique', '535'],
    ['TLSv1.2', 'tls-unique', '235'],
    ['TLSv1.2', 'tls-exporter', '535'],
    ['TLSv1.3', 'tls-nosuch', '535'],
  ] as const)('SCRAM-SHA-256-PLUS on %s with %s ends in %s', async (version, type, expected) => {
    dialogue = await startDialogue();
    const { client } = await dialogue.hello('submission');
    await dialogue.upgrade(client, 'submission');
    await client.tls({ minVersion: version, maxVersion: version });
    await client.ask('EHLO client.test');
    const { tlsSocket } = client;
    const binding = {
      'tls-exporter': tlsSocket?.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
      'tls-unique': tlsSocket?.getFinished(),
      'tls-server-end-point': createHash('sha256')
        .update(tlsSocket?.getPeerCertificate().raw ?? Buffer.alloc(0))
        .digest(),
      'tls-nosuch': Buffer.alloc(32),
    }[type];
    const trace = await authScram(client, 'alice@example.test', dialogue.password(), {
      plus: true,
      flag: `p=${type}`,
      binding: binding ?? Buffer.alloc(0),
    });
    expect(trace.end).toBe(expected);
    if (expected === '235') expect(trace.signed).toBe(true);
  });

  test('bearer tokens of OAUTHBEARER and XOAUTH2 are checked; a bad one gets a JSON challenge first', async () => {
    dialogue = await startDialogue();
    const token = dialogue.reference.bearerToken('bob@example.test') ?? '';
    const oauthBearer = (secret: string) => base64(`n,a=bob@example.test,\x01auth=Bearer ${secret}\x01\x01`);
    const xoauth2 = (secret: string) => base64(`user=bob@example.test\x01auth=Bearer ${secret}\x01\x01`);
    for (const [mechanism, message] of [
      ['OAUTHBEARER', oauthBearer],
      ['XOAUTH2', xoauth2],
    ] as const) {
      const { client } = await dialogue.inside('submission');
      const challenge = await client.ask(`AUTH ${mechanism} ${message('wrong')}`);
      expect(Buffer.from(challenge.replace(/^334 /, ''), 'base64').toString()).toContain('invalid_token');
      expect(await client.ask(base64('\x01'))).toMatch(/^535/);
      expect(await client.ask(`AUTH ${mechanism} ${message(token)}`)).toMatch(/^235/);
      expect(await client.ask('MAIL FROM:<bob@example.test>')).toMatch(/^250/);
    }
  });

  test('a login survives on no protocol the end of its session', async () => {
    dialogue = await startDialogue();
    (await dialogue.loggedIn('pop3s')).close();
    const { client } = await dialogue.inside('pop3s');
    client.write(lines('STAT'));
    expect(await client.line()).toMatch(/^-ERR/);
  });
});

test('clients that vanish in the middle of a reply are no defect of the server', async () => {
  dialogue = await startDialogue();
  for (const role of ROLE_NAMES) {
    const { client } = await dialogue.connect(role);
    client.write(lines(...Array.from({ length: 50 }, () => 'NOOP')));
    if (client.tlsSocket) client.close();
    else client.socket.resetAndDestroy();
  }
  const { client } = await dialogue.hello('mx');
  expect(await client.ask('NOOP')).toMatch(/^250/);
});
