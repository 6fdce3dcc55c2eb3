import type { Entry, ReceivedMessage } from 'net-mocks';
import { describe, expect, test } from 'vitest';
import { lines } from '../wire/bytes.ts';
import { arrivedMessage, matches } from './arrived.ts';
import { checkDomain, forgedDomain, isForgedSender } from './names.ts';

function message(sender: string, recipient: string, ...content: readonly string[]): Entry<ReceivedMessage> {
  const path = (address: string) => ({ argument: `<${address}>`, address, parameters: [] });
  return {
    seq: 1,
    time: '2026-01-01T00:00:00.000Z',
    server: 'sink',
    via: null,
    session: 1,
    client: { address: '192.0.2.2', port: 4711 },
    tls: null,
    hello: 'mail.example.test',
    envelope: { from: path(sender), to: [path(recipient)] },
    transfer: 'DATA',
    received: lines(...content),
    content: lines(...content),
    chunks: [],
    code: 250,
  };
}

const PLAIN = ['Subject: hello', '', 'Content-Type: multipart/report'];
const RECIPIENT = 'ext-1@sink-00ff00ff00ff00ff.example';
const FORGED = `forged-1@${forgedDomain('00ff00ff00ff00ff', 'example')}`;

describe('arrivedMessage', () => {
  test.each([
    ['a message with a sender', 'a@example.test', RECIPIENT, PLAIN, 'delivery'],
    ['a relayed message with a null sender', '', RECIPIENT, PLAIN, 'delivery'],
    [
      'a message that attaches a report',
      'a@example.test',
      RECIPIENT,
      ['Content-Type: multipart/report', ''],
      'delivery',
    ],
    [
      'a DSN',
      '',
      RECIPIENT,
      ['Subject: failed', 'Content-Type: multipart/report;', ' report-type=delivery-status', '', 'x'],
      'report',
    ],
    ['a folded DSN', '', RECIPIENT, ['Content-Type:', '\tmultipart/report; boundary=x', '', 'x'], 'report'],
    ['an automatic answer', '', RECIPIENT, ['Auto-Submitted: auto-replied', '', 'x'], 'report'],
    [
      'a message that says it is no automatic one',
      '',
      RECIPIENT,
      ['Auto-Submitted: no', '', 'x'],
      'delivery',
    ],
    ['whatever comes to a forged sender', 'mailer@example.test', FORGED, PLAIN, 'report'],
  ] as const)('%s', (_name, sender, recipient, content, kind) => {
    expect(arrivedMessage(message(sender, recipient, ...content)).kind).toBe(kind);
  });
});

describe('matches', () => {
  const arrived = arrivedMessage(message('a@example.test', RECIPIENT, 'Subject: x', '', 'Token ABC'));

  test('by a token in recipient or content, whatever the case', () => {
    expect(matches(arrived, { token: 'SINK-00ff' })).toBe(true);
    expect(matches(arrived, { token: 'token abc' })).toBe(true);
    expect(matches(arrived, { token: 'absent' })).toBe(false);
  });

  test('by a whole recipient and by kind', () => {
    expect(matches(arrived, { recipient: RECIPIENT.toUpperCase() })).toBe(true);
    expect(matches(arrived, { recipient: RECIPIENT.slice(1) })).toBe(false);
    expect(matches(arrived, { kind: 'delivery' })).toBe(true);
    expect(matches(arrived, { kind: 'report', token: 'abc' })).toBe(false);
  });
});

test('only addresses of forged senders are such', () => {
  expect(isForgedSender(FORGED.toUpperCase())).toBe(true);
  expect(isForgedSender(`x@${forgedDomain('00ff', `r${'0f'.repeat(8)}.probe.example.org`)}`)).toBe(true);
  expect(isForgedSender(`x@${forgedDomain('00ff', 'probe.example.org')}`)).toBe(false);
  expect(isForgedSender(RECIPIENT)).toBe(false);
  expect(isForgedSender(`x@${checkDomain('forged', 'abc', 'arpa')}`)).toBe(false);
});
