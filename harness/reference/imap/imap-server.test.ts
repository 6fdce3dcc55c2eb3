import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../model/roles.ts';
import { base64, CRLF, lines } from '../../wire/bytes.ts';
import { type ReferenceOptions, type ReferenceServer, startReference } from '../server.ts';
import { openRaw, type RawClient } from '../testing/raw-client.ts';

let reference: ReferenceServer;
const clients: RawClient[] = [];

async function start(options: ReferenceOptions): Promise<void> {
  await reference.close();
  reference = await startReference(options);
}
async function open(role: Role): Promise<RawClient> {
  const client = await openRaw(reference.target.endpoints[role]);
  clients.push(client);
  if (role === 'imaps') await client.tls();
  expect(await client.line()).toMatch(/^\* OK \[CAPABILITY IMAP4rev1 /);
  return client;
}
const password = (index = 0) => reference.target.accounts[index]?.password ?? '';
async function login(): Promise<RawClient> {
  const client = await open('imaps');
  expect((await client.imap('a0', `LOGIN alice@example.test ${password()}`)).at(-1)).toMatch(/^a0 OK/);
  return client;
}
/** Appends a message by a synchronizing literal. */
async function append(client: RawClient, message: Buffer, flags = ''): Promise<void> {
  expect(await client.askLine(`ap APPEND INBOX ${flags}{${message.length}}`)).toMatch(/^\+ /);
  client.write(Buffer.concat([message, CRLF]));
  let answer = await client.line();
  while (!answer.startsWith('ap ')) answer = await client.line();
  expect(answer).toMatch(/^ap OK/);
}

const MIXED = lines(
  'From: Alice Liddell <alice@example.test>',
  'To: bob@example.test, "Carroll, L." <carroll@example.test>',
  'Subject: two parts',
  'Date: Thu, 01 Jan 2026 10:00:00 +0000',
  'Message-ID: <1@example.test>',
  'Content-Type: multipart/mixed; boundary="b1"',
  '',
  '--b1',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'first part',
  '--b1',
  'Content-Type: application/octet-stream',
  'Content-Transfer-Encoding: base64',
  '',
  'AAEC',
  '--b1--',
);

beforeEach(async () => {
  reference = await startReference();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await reference.close();
});

describe('before STARTTLS', () => {
  test('lists LOGINDISABLED and no mechanism, and says the same to right and wrong secrets', async () => {
    const client = await open('imap');
    const [listed] = await client.imap('a1', 'CAPABILITY');
    expect(listed).toMatch(/STARTTLS LOGINDISABLED$/);
    expect(listed).not.toContain('AUTH=');
    const refused = (await client.imap('a2', 'LOGIN alice@example.test wrong'))[0];
    expect(refused).toMatch(/^a2 NO \[PRIVACYREQUIRED\]/);
    for (const command of [
      `LOGIN alice@example.test ${password()}`,
      'LOGIN {5}',
      'AUTHENTICATE PLAIN',
      `AUTHENTICATE PLAIN ${base64(`\0alice@example.test\0${password()}`)}`,
    ]) {
      expect(await client.imap('a2', command)).toEqual([refused]);
    }
    for (const command of [
      'SELECT INBOX',
      'LIST "" *',
      'STATUS INBOX (MESSAGES)',
      'FETCH 1 BODY[]',
      'BOGUS',
    ]) {
      expect((await client.imap('a3', command))[0]).toMatch(/^a3 BAD/);
    }
  });

  test('drops what comes with STARTTLS and offers login inside TLS', async () => {
    const client = await open('imap');
    client.write(lines('a1 STARTTLS', 'a2 NOOP', 'a3 CAPABILITY'));
    expect(await client.line()).toMatch(/^a1 OK/);
    await client.tls();
    expect(await client.within(50)).toBe('');
    const [listed] = await client.imap('a4', 'CAPABILITY');
    expect(listed).toContain('AUTH=SCRAM-SHA-256-PLUS');
    expect(listed).not.toMatch(/STARTTLS|LOGINDISABLED/);
    expect((await client.imap('a5', 'STARTTLS'))[0]).toMatch(/^a5 BAD/);
    expect((await client.imap('a6', 'SELECT INBOX'))[0]).toMatch(/^a6 BAD/);
  });
});

describe('commands', () => {
  test('AUTHENTICATE PLAIN works with and without initial response; what is not base64 is BAD', async () => {
    const client = await open('imaps');
    const message = base64(`\0alice@example.test\0${password()}`);
    for (const [response, expected] of [
      ['*', /^a BAD/],
      ['=AAA', /^a BAD/],
      ['AAA=BBB', /^a BAD/],
      [base64(`bob@example.test\0alice@example.test\0${password()}`), /^a NO \[AUTHENTICATIONFAILED\]/],
      [message, /^a OK/],
    ] as const) {
      expect(await client.askLine('a AUTHENTICATE PLAIN')).toBe('+ ');
      expect(await client.askLine(response)).toMatch(expected);
    }
    expect((await client.imap('b', 'LOGIN x y'))[0]).toMatch(/^b BAD/);
    const other = await open('imaps');
    expect((await other.imap('a', `AUTHENTICATE PLAIN ${message}`))[0]).toMatch(/^a OK/);
    expect((await other.imap('b', 'LOGOUT')).map((text) => text.slice(0, 5))).toEqual(['* BYE', 'b OK ']);
    await other.ended();
  });

  test('LOGIN takes literals, and a refused literal is never a command', async () => {
    const client = await open('imaps');
    client.write(lines('a BOGUS {10+}'));
    client.write(Buffer.concat([lines('x LOGOUT'), CRLF]));
    expect(await client.line()).toMatch(/^a BAD/);
    for (const spec of ['{4294967295}', '{99999999999999999999}', '{104857600}', '{-1}']) {
      expect((await client.imap('b', `LOGIN ${spec}`))[0]).toMatch(/^b BAD/);
    }
    expect(await client.askLine('c LOGIN {18}')).toMatch(/^\+ /);
    client.write(lines(`alice@example.test {${password().length}+}`, password()));
    expect(await client.line()).toMatch(/^c OK/);
  });

  test('the flags, new mail and removals of one session reach the other', async () => {
    const first = await login();
    await append(first, MIXED);
    await append(first, MIXED, '(\\Flagged) "01-Jan-2026 00:00:00 +0100" ');
    const selected = await first.imap('s', 'SELECT INBOX');
    expect(selected).toContain('* 2 EXISTS');
    expect(selected.at(-1)).toMatch(/^s OK \[READ-WRITE\]/);
    const second = await login();
    await second.imap('s', 'EXAMINE inbox');
    expect((await second.imap('t', 'STORE 1 +FLAGS (\\Seen)'))[0]).toMatch(/^t NO \[READ-ONLY\]/);
    expect(await first.imap('t', 'STORE 1 +FLAGS (\\deleted)')).toEqual([
      '* 1 FETCH (FLAGS (\\Deleted \\Recent))',
      't OK Stored',
    ]);
    expect(await second.imap('u', 'NOOP')).toEqual(['* 1 FETCH (FLAGS (\\Deleted))', 'u OK Done']);
    await append(first, MIXED);
    expect(await second.imap('u', 'NOOP')).toContain('* 3 EXISTS');
    expect(await first.imap('v', 'EXPUNGE')).toContain('* 1 EXPUNGE');
    expect(await second.imap('w', 'SEARCH ALL')).not.toContain('* 1 EXPUNGE');
    expect(await second.imap('x', 'NOOP')).toContain('* 1 EXPUNGE');
    expect(await second.imap('y', 'UID SEARCH ALL')).toContain('* SEARCH 2 3');
    expect(reference.mailbox('alice@example.test').map(({ uid }) => uid)).toEqual([2, 3]);
  });

  test('FETCH gives facts, structure and sections', async () => {
    const client = await login();
    await append(client, MIXED, '"01-Jan-2026 00:00:00 +0100" ');
    await client.imap('s', 'EXAMINE INBOX');
    const [facts] = await client.imap('a', 'FETCH 1 (UID INTERNALDATE RFC822.SIZE FLAGS)');
    expect(facts).toBe(
      `* 1 FETCH (UID 1 INTERNALDATE "31-Dec-2025 23:00:00 +0000" RFC822.SIZE ${MIXED.length} FLAGS (\\Recent))`,
    );
    const [shown] = await client.imap('a', 'UID FETCH 1:* ENVELOPE');
    expect(shown).toContain('"two parts" (("Alice Liddell" NIL "alice" "example.test"))');
    expect(shown).toContain('((NIL NIL "bob" "example.test")("Carroll, L." NIL "carroll" "example.test"))');
    const [structure] = await client.imap('a', 'FETCH 1 BODYSTRUCTURE');
    expect(structure).toContain(
      '(("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 10 0 NIL NIL NIL NIL)("APPLICATION" "OCTET-STREAM"',
    );
    expect(await client.imap('a', 'FETCH 1 BODY.PEEK[1]')).toEqual([
      '* 1 FETCH (BODY[1] {10}',
      'first part)',
      'a OK Fetched',
    ]);
    expect(await client.imap('a', 'FETCH 1 BODY[]<0.4>')).toEqual([
      '* 1 FETCH (BODY[]<0> {4}',
      'From)',
      'a OK Fetched',
    ]);
    expect(await client.imap('a', 'FETCH 1 BODY.PEEK[HEADER.FIELDS (Subject)]')).toEqual([
      '* 1 FETCH (BODY[HEADER.FIELDS (Subject)] {22}',
      'Subject: two parts',
      '',
      ')',
      'a OK Fetched',
    ]);
    expect((await client.imap('a', 'FETCH 1 BODY[9]'))[0]).toBe('* 1 FETCH (BODY[9] NIL)');
  });

  test('reading a body marks it as seen, peeking does not', async () => {
    const client = await login();
    await append(client, MIXED);
    await client.imap('s', 'SELECT INBOX');
    await client.imap('a', 'FETCH 1 BODY.PEEK[]');
    expect(await client.imap('a', 'SEARCH UNSEEN')).toContain('* SEARCH 1');
    expect((await client.imap('a', 'FETCH 1 BODY[TEXT]')).join()).toContain('FLAGS (\\Seen \\Recent)');
    expect(await client.imap('a', 'SEARCH UNSEEN')).toContain('* SEARCH');
  });

  test.each([
    ['SUBJECT "TWO"', true],
    ['FROM liddell NOT SEEN', true],
    ['OR (LARGER 100000) (TEXT "first part")', true],
    ['BODY "nothing like it"', false],
    ['SENTON 1-Jan-2026', true],
    ['SENTBEFORE 1-Jan-2026', false],
    ['UID 1:* 1', true],
    ['HEADER Message-ID "<1@"', true],
    ['CHARSET UTF-8 KEYWORD $Junk', false],
  ])('SEARCH %s finds: %s', async (keys, found) => {
    const client = await login();
    await append(client, MIXED);
    await client.imap('s', 'SELECT INBOX');
    expect((await client.imap('a', `SEARCH ${keys}`))[0]).toBe(found ? '* SEARCH 1' : '* SEARCH');
  });

  test('mailboxes are made, listed, renamed, copied to, deleted, and are nobody else’s', async () => {
    const client = await login();
    await append(client, MIXED);
    expect((await client.imap('a', 'CREATE Work/2026'))[0]).toMatch(/^a OK/);
    expect(await client.imap('a', 'LIST "" *')).toEqual([
      '* LIST () "/" "INBOX"',
      '* LIST () "/" "Work"',
      '* LIST () "/" "Work/2026"',
      'a OK Done',
    ]);
    expect(await client.imap('a', 'LIST "" %')).not.toContain('* LIST () "/" "Work/2026"');
    await client.imap('s', 'SELECT INBOX');
    expect((await client.imap('a', 'COPY 1 Work/2026'))[0]).toMatch(/^a OK/);
    expect((await client.imap('a', 'COPY 1 Nowhere'))[0]).toMatch(/^a NO \[TRYCREATE\]/);
    await client.imap('a', 'RENAME Work Done');
    expect((await client.imap('a', 'STATUS Done/2026 (MESSAGES UNSEEN)'))[0]).toBe(
      '* STATUS "Done/2026" (MESSAGES 1 UNSEEN 1)',
    );
    expect((await client.imap('a', 'DELETE Done'))[0]).toMatch(/^a NO/);
    expect((await client.imap('a', 'DELETE Done/2026'))[0]).toMatch(/^a OK/);
    for (const name of ['../bob/INBOX', 'bob@example.test', 'user.bob', '~bob']) {
      expect((await client.imap('a', `SELECT "${name}"`))[0]).toMatch(/^a NO \[NONEXISTENT\]/);
    }
    expect((await client.imap('a', 'CREATE "../bob"'))[0]).toMatch(/^a NO/);
  });

  test.each(['a  NOOP', '+ NOOP', 'a', 'a FETCH', 'a LIST ("" *', 'a FETCH 0 FLAGS', 'a NOOP x'])(
    'calls %j a syntax error and goes on',
    async (text) => {
      const client = await login();
      expect(await client.askLine(text)).toMatch(/^(\*|a) BAD/);
      expect(await client.imap('b', 'NOOP')).toEqual(['b OK Done']);
    },
  );

  test('refuses wrong logins alike and ends the connection at the tenth', async () => {
    await start({ failureDelayMs: 1 });
    const client = await open('imaps');
    const replies = new Set<string>();
    for (let round = 0; round < 9; round++) {
      replies.add(
        (await client.imap('a', `LOGIN ${round % 2 ? 'alice' : 'nobody'}@example.test wrong`)).join(),
      );
    }
    expect([...replies]).toEqual(['a NO [AUTHENTICATIONFAILED] Authentication failed']);
    expect(await client.imap('a', 'LOGIN alice@example.test wrong')).toEqual([
      '* BYE Too many failed logins',
      'a NO [AUTHENTICATIONFAILED] Authentication failed',
    ]);
    await client.ended();
  });
});
