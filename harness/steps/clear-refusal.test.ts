import { expect, test } from 'vitest';
import type { Role } from '../check/check.ts';
import { refusesInClear } from './clear-refusal.ts';

test.each<[Role, string, boolean]>([
  ['imap', 'up NO Starttls negotiation failed\r\nted OK Completed\r\n', true],
  ['imap', '* OK Still here\r\nup NO STARTTLS failed\r\n', true],
  ['imap', '* BYE Bad handshake\r\n', true],
  ['imap', '* BAD Expected a tag\r\n', true],
  ['imap', 'injected BAD Unknown command\r\n', true],
  ['imap', 'injected OK Completed\r\nup NO too late\r\n', false],
  ['imap', '* CAPABILITY IMAP4rev1\r\ninjected OK Completed\r\n', false],
  ['imap', '* OK [CAPABILITY IMAP4rev1] hello\r\n', false],
  ['pop3', '-ERR STARTTLS failed: unsupported version\r\n', true],
  ['pop3', '+OK\r\nCAPA\r\n.\r\n-ERR\r\n', false],
  ['submission', '500 5.5.1 Command unrecognized\r\n250 Ok\r\n', true],
  ['mx', '454-4.7.0 TLS not available\r\n454 4.7.0 now\r\n', true],
  ['mx', '250 Ok\r\n500 what?\r\n', false],
  ['mx', '', false],
  ['mx', '\x15\x03\x01\x00\x02\x02\x28', false],
])('%s: %j refuses TLS in the clear: %s', (role, octets, refuses) => {
  expect(refusesInClear(role, Buffer.from(octets, 'latin1'))).toBe(refuses);
});
