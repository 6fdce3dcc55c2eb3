import { expect, test } from 'vitest';
import type { Role } from '../model/roles.ts';
import { foreignGreeting } from './foreign-greeting.ts';

const look = (role: Role, text: string) =>
  foreignGreeting(role, { host: '127.0.0.1', port: 110 }, Buffer.from(text))?.message;

test.each<[Role, string, string]>([
  ['imap', '+OK ready\r\n', 'a POP3'],
  ['pop3s', '* OK [CAPABILITY IMAP4rev1] ready\r\n', 'an IMAP'],
  ['mx', '* BYE too many\r\n', 'an IMAP'],
  ['pop3', '220 mail.example.test ESMTP\r\n', 'an SMTP'],
  ['imaps', '554-No service\r\n', 'an SMTP'],
])('at %s the greeting %j shows a mistake in the declaration', (role, text, whose) => {
  expect(look(role, text)).toBe(
    `${role} is declared at port 110, where ${whose} server greets: the declaration (roles) is wrong.`,
  );
});

test.each<[Role, string]>([
  ['imap', '* OK ready\r\n'],
  ['pop3', '-ERR [SYS/TEMP] later\r\n'],
  ['mx', '421 4.3.2 later\r\n'],
  ['mx', 'HTTP/1.1 400 Bad Request\r\n'],
  ['imap', '2201 is no reply code\r\n'],
  ['pop3', '\u0000\u0001'],
])('at %s %j is left to the check', (role, text) => {
  expect(look(role, text)).toBeUndefined();
});
