import { expect, it } from 'vitest';
import { lines } from '../../wire/bytes.ts';
import { isOwnByHeader } from './by-header.ts';
import { isOwn } from './own.ts';

const NONCE = '00112233aabbccdd';
const marks = { runId: '20261130T103000Z-a1b2c3', nonces: new Set([NONCE]) };
const message = (fields: readonly string[], ...body: readonly string[]) => lines(...fields, '', ...body);

it.each([
  ['its field says so', message(['X-Mailspec-Audit: run 20261130T103000Z-a1b2c3; ask a@example.test'])],
  ['its subject has a nonce', message([`Subject: Minutes of the meeting ${NONCE}`], 'text')],
  [
    'its client had a name with a nonce',
    message([`Received: from PROBE-${NONCE.toUpperCase()}.mailspec.example by mail.example.test`], 'text'),
  ],
  [
    'it is a report about one',
    message(
      ['Content-Type: multipart/report; report-type=delivery-status', 'In-Reply-To: <x@example.test>'],
      `Subject: Minutes ${NONCE}`,
    ),
  ],
  [
    'it answers one, and a machine made it',
    message(['References: <x@y>', 'Auto-Submitted: auto-replied'], NONCE),
  ],
])('is of this run: %s', (_why, content) => {
  expect(isOwn(content, marks)).toBe(true);
});

it.each([
  ['of another run', message(['X-Mailspec-Audit: run 20261130T103000Z-ffffff'], 'text')],
  ['that names the run elsewhere', message(['X-Mailspec-Audit: ask 20261130T103000Z-a1b2c3'], 'text')],
  ['with other digits', message(['Subject: Invoice 0011223344556677'], 'text')],
  ['whose digits only contain the nonce', message([`Subject: ${NONCE}ee`], `1${NONCE}`)],
  [
    'of a person that answers one',
    message(['In-Reply-To: <x@y>', `Subject: Re: Minutes ${NONCE}`], `> ${NONCE}`),
  ],
  [
    'of a person whose program says no',
    message(['References: <x@y>', 'Auto-Submitted: no', `Subject: Re: ${NONCE}`], 'What is this?'),
  ],
  ['empty', Buffer.alloc(0)],
])('is not of this run: a message %s', (_what, content) => {
  expect(isOwn(content, marks)).toBe(false);
});

it('reads no more than the header of what people wrote', async () => {
  const unread = () => Promise.reject(new Error('It was read.'));
  expect(await isOwnByHeader(message(['From: jane@example.test', 'Subject: Lunch']), marks, unread)).toBe(
    false,
  );
  expect(await isOwnByHeader(message([`Subject: ${NONCE}`]), marks, unread)).toBe(true);
  const bounce = ['Return-Path: <>', 'From: MAILER-DAEMON@example.test'];
  expect(await isOwnByHeader(message(bounce), marks, async () => message(bounce, `<${NONCE}@x>`))).toBe(true);
  expect(await isOwnByHeader(message(bounce), marks, async () => message(bounce, 'yours'))).toBe(false);
  expect(await isOwnByHeader(message(bounce), marks, async () => undefined)).toBe(false);
});
