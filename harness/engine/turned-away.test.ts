import { describe, expect, test } from 'vitest';
import type { EvidenceEvent } from '../evidence/events.ts';
import { turnedAway } from './turned-away.ts';

/** A dialogue on one connection: `C: ` and `S: ` say who speaks. */
function dialogue(role: string, ...lines: readonly string[]): EvidenceEvent[] {
  const opened = { kind: 'connect', role, address: '127.0.0.1:25', localAddress: '127.0.0.1:40000' } as const;
  const said = lines.map(
    (line) =>
      ({
        kind: line.startsWith('C: ') ? 'send' : 'recv',
        layer: 'clear',
        redactions: 0,
        text: `${line.slice(3)}\\r\\n`,
      }) as const,
  );
  return [opened, ...said].map((facts, seq) => ({ seq, at: seq, connection: 1, ...facts }));
}

const AFTER_HELLO = ['S: 220 ready', 'C: EHLO probe.example', 'S: 250 hello'];

describe('a client is turned away', () => {
  test.each([
    ['by the greeting', dialogue('mx', 'S: 421 4.7.0 too many connections')],
    ['at MAIL', dialogue('mx', ...AFTER_HELLO, 'C: MAIL FROM:<a@b.example>', 'S: 421 4.7.0 slow down')],
    [
      'at AUTH',
      dialogue(
        'submission',
        ...AFTER_HELLO,
        'C: AUTH LOGIN',
        'S: 334 VXNlcg==',
        'C: YQ==',
        'S: 454 4.7.0 later',
      ),
    ],
    [
      'by a maildrop that asks for patience',
      dialogue('pop3', 'S: +OK ready', 'C: PASS x', 'S: -ERR [LOGIN-DELAY] 60'),
    ],
  ])('%s', (_where, events) => {
    expect(turnedAway(events)).toMatchObject({ isLimit: true });
  });
});

describe('a client is not turned away', () => {
  test.each([
    [
      'by the end of a session whose message had a bare CR',
      dialogue(
        'mx',
        ...AFTER_HELLO,
        'C: DATA',
        'S: 354 go on',
        'C: one\\rMAIL two',
        'S: 421 4.7.0 bare carriage return',
      ),
    ],
    [
      'where TLS is not there for now',
      dialogue('mx', ...AFTER_HELLO, 'C: STARTTLS', 'S: 454 4.7.0 TLS not available'),
    ],
    [
      'where relaying is refused for now',
      dialogue('mx', ...AFTER_HELLO, 'C: RCPT TO:<a@b.example>', 'S: 454 4.7.1 no relaying'),
    ],
  ])('%s', (_where, events) => {
    expect(turnedAway(events)).toBeNull();
  });

  test('but by 421 at a command that follows the message', () => {
    const events = dialogue(
      'mx',
      ...AFTER_HELLO,
      'C: DATA',
      'S: 354 go on',
      'C: .',
      'S: 250 ok',
      'C: MAIL FROM:<>',
      'S: 421 later',
    );
    expect(turnedAway(events)).toMatchObject({ isLimit: true });
  });
});
