import { expect, test } from 'vitest';
import { readHeader } from '../../harness/messages/header.ts';
import { missingField } from './missing-field.ts';

const fieldsOf = (...lines: readonly string[]) =>
  readHeader(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)).fields;
const SENT = fieldsOf('From: <alice@example.test>', 'Subject: Minutes 12');

test.each([
  ['as they were', ['From: <alice@example.test>', 'Subject: Minutes 12']],
  ['after others', ['Received: by mail', 'From: <alice@example.test>', 'Subject: Minutes 12']],
  ['with an address that was written anew', ['From: alice@example.test', 'Subject: Minutes 12']],
  ['folded', ['From: <alice@example.test>', 'Subject: Minutes\r\n 12']],
])('fields are there %s', (_, lines) => {
  expect(missingField(SENT, fieldsOf(...lines))).toBeUndefined();
});

test.each([
  ['is gone', ['From: <alice@example.test>']],
  ['is cut', ['From: <alice@example.test>', 'Subject: Minutes 1']],
  ['is another', ['From: <alice@example.test>', 'Subject: Minutes 13']],
])('a field that %s is missing', (_, lines) => {
  expect(missingField(SENT, fieldsOf(...lines))?.octets.toString()).toContain('Subject');
});
