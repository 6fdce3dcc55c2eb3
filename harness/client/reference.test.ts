import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRecorder } from '../evidence/recorder.ts';
import { createRedactor } from '../evidence/redaction.ts';
import type { FaultName } from '../model/faults.ts';
import type { Role } from '../model/roles.ts';
import type { Account } from '../model/target.ts';
import { type ReferenceServer, startReference } from '../reference/server.ts';
import { line } from '../wire/bytes.ts';
import { olderSuites } from '../wire/cipher-suites.ts';
import { probeHello } from '../wire/client-hello-probe.ts';
import { type Connection, openConnection } from '../wire/connection.ts';
import type { TlsOptions } from '../wire/tls.ts';
import { createImapClient, type ImapClient } from './imap.ts';
import { createPop3Client, type Pop3Client } from './pop3.ts';
import * as sasl from './sasl/sasl.ts';
import { createSmtpClient, type SmtpClient } from './smtp.ts';

/** The clients against the reference servers, which were written apart from them. */

async function onConnection<T>(
  server: ReferenceServer,
  role: Role,
  body: (connection: Connection, evidence: () => string) => Promise<T>,
): Promise<T> {
  const endpoint = server.target.endpoints[role];
  if (!endpoint) throw new Error(`The reference server does not offer ${role}.`);
  const redactor = createRedactor();
  for (const { password } of server.target.accounts) redactor.add(password);
  const recorder = createRecorder(redactor);
  const connection = await openConnection({ endpoint, role, number: 1, replyMs: 5_000, recorder });
  try {
    return await body(connection, () => JSON.stringify(recorder.events));
  } finally {
    connection.close();
  }
}

const withSmtp = <T>(
  server: ReferenceServer,
  body: (client: SmtpClient) => Promise<T>,
  tls: TlsOptions = {},
) =>
  onConnection(server, 'submissions', async (connection) => {
    await connection.startTls(tls);
    const client = await createSmtpClient(connection, 'client.example');
    await client.ehlo();
    return body(client);
  });

const withPop3 = <T>(server: ReferenceServer, body: (client: Pop3Client) => Promise<T>) =>
  onConnection(server, 'pop3', async (connection) => {
    const client = await createPop3Client(connection);
    expect((await client.startTls()).status).toBe('+OK');
    return body(client);
  });

const withImap = <T>(server: ReferenceServer, body: (client: ImapClient) => Promise<T>) =>
  onConnection(server, 'imap', async (connection) => {
    const client = await createImapClient(connection);
    expect((await client.startTls()).status).toBe('OK');
    await client.capability();
    return body(client);
  });

function firstAccount(server: ReferenceServer): Account {
  const [account] = server.target.accounts;
  if (!account) throw new Error('The reference server has no account.');
  return account;
}

describe('against the reference server', () => {
  let server: ReferenceServer;
  let account: Account;
  beforeAll(async () => {
    server = await startReference({ apop: true, failureDelayMs: 0 });
    account = firstAccount(server);
  });
  afterAll(() => server.close());

  /** A fresh run of every password mechanism. */
  const mechanisms = (): sasl.SaslMechanism[] => [
    sasl.plain(account),
    sasl.login(account),
    sasl.scram({ hash: 'SHA-1', ...account }),
    sasl.scram({ hash: 'SHA-256', ...account }),
  ];

  test('every password mechanism logs in, over every protocol, with and without initial response', async () => {
    for (const initialResponse of [true, false]) {
      for (const [index, { name }] of mechanisms().entries()) {
        const fresh = () => mechanisms()[index] ?? sasl.plain(account);
        const options = { initialResponse };
        const smtp = await withSmtp(server, (client) => sasl.authenticateSmtp(client, fresh(), options));
        const pop3 = await withPop3(server, (client) => sasl.authenticatePop3(client, fresh(), options));
        const imap = await withImap(server, (client) => sasl.authenticateImap(client, fresh(), options));
        expect(
          [smtp, pop3, imap].map(({ accepted }) => accepted),
          name,
        ).toEqual([true, true, true]);
      }
    }
  });

  test('a wrong password is refused by every mechanism', async () => {
    const wrong = { login: account.login, password: 'not the password' };
    for (const mechanism of [
      sasl.plain(wrong),
      sasl.login(wrong),
      sasl.scram({ hash: 'SHA-256', ...wrong }),
    ]) {
      const { accepted, outcome } = await withSmtp(server, (client) =>
        sasl.authenticateSmtp(client, mechanism),
      );
      expect(accepted).toBe(false);
      expect(outcome).toMatchObject({ kind: 'reply', reply: { code: 535 } });
    }
  });

  test('bearer tokens', async () => {
    const token = server.bearerToken(account.address) ?? '';
    for (const make of [sasl.oauthBearer, sasl.xoauth2]) {
      const good = make({ login: account.login, token });
      const bad = make({ login: account.login, token: 'wrong-token' });
      expect((await withImap(server, (client) => sasl.authenticateImap(client, good))).accepted).toBe(true);
      const refused = await withImap(server, (client) => sasl.authenticateImap(client, bad));
      expect(refused.accepted).toBe(false);
      expect(refused.transcript.map(({ from }) => from)).toEqual(['client', 'server', 'client']);
    }
  });

  test('tls-exporter is accepted on TLS 1.3 and tls-unique on 1.2, and the server proves itself', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      await withSmtp(
        server,
        async (client) => {
          const { session } = client.connection;
          if (!session) throw new Error('There is no TLS session.');
          const binding = sasl.tlsUnique(session) ?? sasl.tlsExporter(session);
          expect(binding.type).toBe(maxVersion === 'TLSv1.2' ? 'tls-unique' : 'tls-exporter');
          const mechanism = sasl.scram({ hash: 'SHA-256', ...account, binding });
          expect(client.capabilities?.mechanisms).toContain(mechanism.name);
          expect((await sasl.authenticateSmtp(client, mechanism)).accepted).toBe(true);
          expect(mechanism.facts.serverSignature).toBe('verified');
        },
        { maxVersion },
      );
    }
  });

  const deviations: { deviation: sasl.ScramDeviation; bound: boolean }[] = [
    { deviation: 'wrong-proof', bound: false },
    { deviation: 'changed-nonce', bound: false },
    { deviation: 'mandatory-extension', bound: false },
    { deviation: 'flag-y', bound: false },
    { deviation: 'other-gs2-header', bound: false },
    { deviation: 'corrupted-binding', bound: true },
    { deviation: 'unknown-binding', bound: true },
  ];
  async function deviate(from: ReferenceServer, deviation: sasl.ScramDeviation, bound: boolean) {
    return withSmtp(from, (client) => {
      const { session } = client.connection;
      const binding = bound && session ? { binding: sasl.tlsExporter(session) } : {};
      const mechanism = sasl.scram({ hash: 'SHA-256', ...firstAccount(from), ...binding, deviation });
      return sasl.authenticateSmtp(client, mechanism);
    });
  }
  test.each(deviations)('the deviation $deviation is refused', async ({ deviation, bound }) => {
    const { accepted, outcome } = await deviate(server, deviation, bound);
    expect(accepted).toBe(false);
    expect(outcome).toMatchObject({ kind: 'reply' });
  });

  const faults: { fault: FaultName; deviation: sasl.ScramDeviation; bound: boolean }[] = [
    { fault: 'scram-accepts-wrong-proof', deviation: 'wrong-proof', bound: false },
    { fault: 'scram-accepts-changed-nonce', deviation: 'changed-nonce', bound: false },
    { fault: 'scram-accepts-mandatory-extension', deviation: 'mandatory-extension', bound: false },
    { fault: 'scram-accepts-downgrade-flag', deviation: 'flag-y', bound: false },
    { fault: 'scram-ignores-channel-binding', deviation: 'corrupted-binding', bound: true },
  ];
  test.each(faults)(
    '$deviation is accepted by a server of the fault $fault',
    async ({ fault, deviation, bound }) => {
      const faulty = await startReference({ faults: [fault] });
      try {
        expect((await deviate(faulty, deviation, bound)).accepted).toBe(true);
      } finally {
        await faulty.close();
      }
    },
  );

  test('a replay is refused by a good server and accepted by one with a constant nonce', async () => {
    const faulty = await startReference({ faults: ['scram-constant-nonce'] });
    try {
      for (const [target, accepted] of [
        [server, false],
        [faulty, true],
      ] as const) {
        const first = sasl.scram({ hash: 'SHA-256', ...firstAccount(target) });
        expect((await withSmtp(target, (client) => sasl.authenticateSmtp(client, first))).accepted).toBe(
          true,
        );
        const { record } = first;
        if (!record) throw new Error('The run left no record.');
        const replay = sasl.scramReplay(record);
        const second = await withSmtp(target, (client) => sasl.authenticateSmtp(client, replay));
        expect(second.accepted).toBe(accepted);
      }
    } finally {
      await faulty.close();
    }
  });

  test('APOP, USER and PASS', async () => {
    await onConnection(server, 'pop3s', async (connection) => {
      await connection.startTls();
      const client = await createPop3Client(connection);
      expect((await client.apop(account.login, account.password)).status).toBe('+OK');
    });
    await withPop3(server, async (client) => {
      expect((await client.userPass(account.login, account.password)).status).toBe('+OK');
    });
  });

  test('a message comes back by POP3 and IMAP as it was stored', async () => {
    const body = 'Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n+OK forged\r\n* 1 EXISTS\r\nlast\r\n';
    await onConnection(server, 'mx', async (connection) => {
      const client = await createSmtpClient(connection, 'client.example');
      await client.ehlo();
      await client.startTls();
      await client.ehlo();
      expect((await client.command('MAIL FROM:<sender@client.example>')).code).toBe(250);
      expect((await client.command(`RCPT TO:<${account.address}>`)).code).toBe(250);
      expect((await client.data(Buffer.from(body))).code).toBe(250);
      await client.quit();
    });
    const [stored] = server.mailbox(account.address);
    if (!stored) throw new Error('Nothing was stored.');

    await withPop3(server, async (client) => {
      await client.userPass(account.login, account.password);
      const { sizes } = await client.list();
      const { ids } = await client.uidl();
      expect([...sizes.keys()]).toEqual([1]);
      expect([...ids.keys()]).toEqual([1]);
      const { bytes } = await client.retr(1);
      expect(bytes?.length).toBe(sizes.get(1));
      expect(bytes?.toString()).toContain(body.slice(body.indexOf('\r\n\r\n')));
      expect((await client.top(1, 1)).bytes?.toString().endsWith('\r\n\r\n.\r\n')).toBe(true);
      await client.quit();
    });
    await withImap(server, async (client) => {
      expect((await client.login(account.login, account.password)).status).toBe('OK');
      const { mailboxes } = await client.listMailboxes();
      expect(mailboxes.map(({ name }) => name)).toContain('INBOX');
      const { selected } = await client.select('INBOX');
      expect(selected).toMatchObject({ exists: 1, readOnly: false });
      const messages = [];
      for await (const message of client.fetchAll()) messages.push(message);
      expect(messages.map(({ bytes }) => bytes.toString())).toEqual([
        expect.stringContaining(body.slice(body.indexOf('\r\n\r\n'))),
      ]);
      await client.logout();
    });
  });

  test('APPEND with a synchronising literal, read back as sent', async () => {
    const bytes = Buffer.from('Subject: appended\r\n\r\nm1 OK\r\n) {3}\r\n');
    await withImap(server, async (client) => {
      await client.login(account.login, account.password);
      await client.command('CREATE kept');
      expect((await client.command(['APPEND kept ', { bytes, synchronising: true }])).status).toBe('OK');
      await client.select('kept');
      for await (const message of client.fetchAll()) expect(message.bytes).toEqual(bytes);
      expect((await client.command('SEARCH ALL')).untagged).toMatchObject([
        { label: 'SEARCH', values: ['1'] },
      ]);
      const [status] = (await client.command('STATUS kept (MESSAGES)')).untagged;
      expect(status).toMatchObject({ label: 'STATUS', values: [Buffer.from('kept'), ['MESSAGES', '1']] });
    });
  });

  test('no password, proof or token is in the evidence of a login', async () => {
    const secrets = [account.password, Buffer.from(account.password).toString('base64').replaceAll('=', '')];
    for (const mechanism of mechanisms()) {
      await onConnection(server, 'submissions', async (connection, evidence) => {
        await connection.startTls();
        const client = await createSmtpClient(connection, 'client.example');
        await client.ehlo();
        const { transcript } = await sasl.authenticateSmtp(client, mechanism);
        const proofs = transcript.flatMap(
          ({ bytes }) => /,p=(.*)$|^v=(.*)$/.exec(bytes.toString())?.slice(1) ?? [],
        );
        const text = evidence();
        for (const secret of [...secrets, ...proofs.filter((proof) => proof !== undefined)])
          expect(text.includes(secret), mechanism.name).toBe(false);
        expect(text).toContain('[secret');
      });
    }
  });

  test('the prober finds TLS 1.2 and 1.3 after STARTTLS, and no weak suite', async () => {
    const probe = (cipherSuites: readonly number[], version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') =>
      onConnection(server, 'submission', async (connection) => {
        const client = await createSmtpClient(connection, 'client.example');
        await client.ehlo();
        connection.send(line('STARTTLS'));
        expect((await client.reply('the go-ahead')).code).toBe(220);
        return probeHello(connection, { version, ...(version === 'TLSv1.3' ? {} : { cipherSuites }) });
      });
    const all = olderSuites(() => true).map(({ number }) => number);
    const weak = olderSuites((suite) => suite.anon || suite.bits < 112).map(({ number }) => number);
    expect(await probe(all, 'TLSv1.2')).toMatchObject({ kind: 'server-hello', version: 'TLSv1.2' });
    expect(await probe([], 'TLSv1.3')).toMatchObject({ kind: 'server-hello', version: 'TLSv1.3' });
    expect(await probe(weak, 'TLSv1.2')).toMatchObject({ kind: 'alert', description: 'handshake_failure' });
    expect(await probe(all, 'TLSv1.1')).toMatchObject({ kind: 'alert', description: 'protocol_version' });
  });
});
