import { expect, test } from 'vitest';
import { productsOf } from './products.ts';
import type { RoleSnapshot } from './record.ts';

const greets = (greeting: string | null, tls: string[] = []): RoleSnapshot => ({
  role: 'mx',
  greeting,
  clear: [],
  tls,
  tlsProtocol: null,
  tlsCipher: null,
  failure: null,
});

const of = (...capabilities: RoleSnapshot[]) => productsOf({ capabilities, hostname: 'cyrus.example.test' });

test.each([
  ['220 mail.example.test ESMTP Postfix (Debian/GNU)', ['Postfix']],
  ['220 mail.example.test ESMTP Exim 4.96 Sun, 29 Nov 2026 21:20:15 +0000', ['Exim']],
  ['220 mail.example.test ESMTP OpenSMTPD', ['OpenSMTPD']],
  ['220 mail.example.test ESMTP Sendmail 8.17.1.9/8.17.1.9/Debian-2; ready', ['Sendmail']],
  ['220 mail.example.test ESMTP Haraka/3.0.1 ready (5A2B)', ['Haraka']],
  ['+OK Dovecot (Debian) ready.', ['Dovecot']],
  ['* OK [CAPABILITY IMAP4rev1 UIDPLUS] Courier-IMAP ready. Copyright 1998-2021', ['Courier']],
  ['* OK [CAPABILITY IMAP4rev1 ID] mail.example.test Cyrus IMAP 3.6.1-Debian server ready', ['Cyrus']],
  ['220 mail.example.test ESMTP', []],
  [null, []],
])('%s', (greeting, products) => {
  expect(of(greets(greeting))).toEqual(products);
});

test('the name of a host says nothing about the server', () => {
  expect(of(greets('220 postfix.example.test ESMTP ready'))).toEqual([]);
  expect(of(greets('220 postfix ESMTP ready'))).toEqual([]);
  expect(of(greets('+OK cyrus.example.test ready'))).toEqual([]);
  expect(of(greets('+OK POP3 on dovecot.example.org ready'))).toEqual([]);
});

test('what is announced counts too, and each port may have its own server', () => {
  expect(of(greets('220 mail.example.test ESMTP', ['XVERP=Courier']))).toEqual(['Courier']);
  expect(of(greets('220 mail.example.test ESMTP Postfix'), greets('+OK Dovecot ready.'))).toEqual([
    'Postfix',
    'Dovecot',
  ]);
});
