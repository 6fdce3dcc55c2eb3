import type { SmtpCommand, SmtpSession } from 'net-mocks';
import { expect, test } from 'vitest';
import { ownPart } from './own-part.ts';

const COMMANDS: readonly (readonly [string, string, string?])[] = [
  ['EHLO', 'target.test'],
  ['MAIL', 'FROM:<a@x.test>'],
  ['RCPT', 'TO:<b@one.test>', 'one'],
  ['DATA', ''],
  ['MAIL', 'FROM:<a@x.test> SMTPUTF8'],
  ['RCPT', 'TO:<b@two.test>', 'two'],
  ['RCPT', 'TO:<c@one.test>', 'one'],
  ['MAIL', 'FROM:<>'],
  ['RCPT', 'TO:<d@two.test>', 'two'],
  ['QUIT', ''],
];

const session: SmtpSession = {
  server: 'smarthost',
  client: { address: '192.0.2.1', port: 1 },
  local: { address: '192.0.2.2', port: 25 },
  startedAt: '2026-01-01T00:00:00.000Z',
  ending: null,
  commands: COMMANDS.map(
    ([verb, argument, forServer]): SmtpCommand => ({
      verb,
      argument,
      channel: 'tls',
      code: 250,
      ...(forServer === undefined ? {} : { forServer }),
    }),
  ),
  helloPlain: [],
  helloTls: [],
  tls: null,
  betweenStarttlsAndHello: Buffer.alloc(0),
  authentications: [],
  messages: [],
  unfinishedContent: null,
  forServers: ['one', 'two'],
  anomalies: [],
  events: [],
};

const argumentsOf = ({ commands }: SmtpSession) => commands.map(({ argument }) => argument);

test('a session of the smarthost tells each server of its own transactions', () => {
  expect(argumentsOf(ownPart(session, 'one'))).toEqual([
    'target.test',
    'FROM:<a@x.test>',
    'TO:<b@one.test>',
    '',
    'FROM:<a@x.test> SMTPUTF8',
    'TO:<b@two.test>',
    'TO:<c@one.test>',
  ]);
  expect(argumentsOf(ownPart(session, 'nobody'))).toEqual(['target.test']);
});

test('a session of the server itself stays whole', () => {
  expect(ownPart({ ...session, server: 'one' }, 'one').commands).toHaveLength(COMMANDS.length);
});
