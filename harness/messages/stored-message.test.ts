import { describe, expect, test } from 'vitest';
import { lines } from '../wire/bytes.ts';
import { storedMessage } from './stored-message.ts';

const SENT = lines(
  'Authentication-Results: mail.example.test; spf=pass smtp.mailfrom=forged.test',
  'From: a@example.test',
  'Subject: folded',
  ' here',
  '',
  'text',
);

describe('a stored message', () => {
  test('tells what was added above and below what was sent, and no forged result', () => {
    const stored = lines(
      'Return-Path: <a@example.test>',
      'Authentication-Results: mail.example.test; spf=fail smtp.mailfrom=a.test',
      'Received: from x',
      '\tby y; date',
      'Authentication-Results: mail.example.test; spf=pass smtp.mailfrom=forged.test',
      'From: a@example.test',
      'Subject: folded',
      '\there',
      'Received-SPF: fail client-ip=192.0.2.1',
      '',
      'text',
    );
    const message = storedMessage('INBOX', stored, SENT);
    expect(message.added.map(({ name }) => name)).toEqual([
      'return-path',
      'authentication-results',
      'received',
      'received-spf',
    ]);
    expect(message.results.map(({ field, result, place }) => ({ field, result, place }))).toEqual([
      { field: 'Authentication-Results', result: 'fail', place: 'above' },
      { field: 'Received-SPF', result: 'fail', place: 'below' },
    ]);
    expect(message.body.toString()).toBe('text\r\n');
  });

  test('with LF line ends is read all the same', () => {
    const stored = Buffer.from(`Received: x\n${SENT.toString().replaceAll('\r\n', '\n')}`);
    expect(storedMessage('INBOX', stored, SENT).added.map(({ name }) => name)).toEqual(['received']);
  });
});
