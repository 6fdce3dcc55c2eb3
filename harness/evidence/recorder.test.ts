import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { EvidenceEvent } from './events.ts';
import { octetsOf, textOf } from './octets.ts';
import { createRecorder } from './recorder.ts';
import { createRedactor, marker } from './redaction.ts';

const PASSWORD = 'pa55-word-of-tim';

function octets(event: EvidenceEvent | undefined): string {
  if (event?.kind !== 'send' && event?.kind !== 'recv') throw new Error('The event carries no octets.');
  return octetsOf(event).toString('latin1');
}

describe('recorder', () => {
  test('keeps events in order, numbered from one, on a clock that does not go back', () => {
    const recorder = createRecorder();
    recorder.event(0, { kind: 'note', text: 'one' });
    recorder.traffic(1, 'send', 'clear', Buffer.from('two'));
    recorder.event(1, { kind: 'close', by: 'server', how: 'rst' });
    expect(recorder.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const times = recorder.events.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('keeps octets exactly, and shows them in visible notation', () => {
    const recorder = createRecorder();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    recorder.traffic(1, 'recv', 'tls', bytes);
    const [event] = recorder.events;
    expect(event).toMatchObject({ kind: 'recv', layer: 'tls', redactions: 0 });
    expect(octets(event)).toBe(bytes.toString('latin1'));
    expect(event?.kind === 'recv' && textOf(event)).toContain('\\x00');
  });

  test('redacts the parts that are given as secret, and what the server repeats of them', () => {
    const recorder = createRecorder();
    recorder.traffic(1, 'send', 'clear', Buffer.from(`PASS ${PASSWORD}\r\n`), [Buffer.from(PASSWORD)]);
    recorder.traffic(1, 'recv', 'clear', Buffer.from(`-ERR ${PASSWORD}?\r\n`));
    expect(JSON.stringify(recorder.events)).not.toContain(PASSWORD);
    expect(recorder.redactions).toBe(2);
  });

  test('recorders that share a redactor share its secrets', () => {
    const redactor = createRedactor();
    createRecorder(redactor).secret(PASSWORD);
    const other = createRecorder(redactor);
    other.traffic(1, 'recv', 'clear', Buffer.from(PASSWORD));
    expect(octets(other.events[0])).toBe(marker(Buffer.from(PASSWORD)));
  });

  test('redacts secrets in sentences that quote a server', () => {
    const recorder = createRecorder();
    recorder.secret(PASSWORD);
    recorder.event(1, { kind: 'note', text: `server said ${PASSWORD}` });
    recorder.event(1, { kind: 'expect', what: `the reply to ${PASSWORD}`, withinMs: 1, ended: 'silence' });
    recorder.event(1, { kind: 'tls-failed', reason: PASSWORD });
    recorder.event(0, {
      kind: 'verify',
      demand: 'is refused',
      expected: PASSWORD,
      actual: Buffer.from(`\0tim\0${PASSWORD}`).toString('base64'),
      held: false,
      strict: true,
    });
    expect(recorder.events).toHaveLength(4);
    expect(JSON.stringify(recorder.events)).not.toMatch(/pa55|AHRpbQ/);
    expect(recorder.clean(`a ${PASSWORD} b`)).toBe(`a ${marker(Buffer.from(PASSWORD))} b`);
    expect(recorder.clean('nothing \\x00 here')).toBe('nothing \\x00 here');
  });

  test.each([1, 2, 7, PASSWORD.length - 1])('a secret in segments of %i octets is redacted', (size) => {
    const recorder = createRecorder();
    recorder.secret(PASSWORD);
    const whole = Buffer.from(`-ERR no such user ${PASSWORD} here\r\n`);
    for (let at = 0; at < whole.length; at += size) {
      recorder.traffic(1, 'recv', 'clear', whole.subarray(at, at + size));
      recorder.traffic(2, 'recv', 'clear', Buffer.from('.'));
    }
    const first = recorder.events.filter((event) => event.connection === 1);
    expect(first.map(octets).join('')).toBe(`-ERR no such user ${marker(Buffer.from(PASSWORD))} here\r\n`);
    expect(recorder.redactions).toBe(1);
    const second = recorder.events.filter((event) => event.connection === 2);
    expect(second.map(octets).join('')).toBe('.'.repeat(second.length));
  });

  test('segments of which none holds a part of a secret stay events of their own', () => {
    const recorder = createRecorder();
    recorder.secret(PASSWORD);
    for (const text of ['+OK one\r\n', '+OK two\r\n', 'pa55', ' word\r\n'])
      recorder.traffic(1, 'recv', 'clear', Buffer.from(text));
    expect(recorder.events.map(octets)).toEqual(['+OK one\r\n', '+OK two\r\n', 'pa55', ' word\r\n']);
  });

  test('what is sent and what is received are separate streams', () => {
    const recorder = createRecorder();
    recorder.secret(PASSWORD);
    recorder.traffic(1, 'send', 'clear', Buffer.from(PASSWORD.slice(0, 8)));
    recorder.traffic(1, 'recv', 'clear', Buffer.from(PASSWORD.slice(8)));
    expect(recorder.redactions).toBe(0);
  });
});

describe('long segments', () => {
  test('keep their beginning and end, and the hash of all octets', () => {
    const recorder = createRecorder();
    const segment = Buffer.alloc(5_000_000, 'a');
    segment.write('begin');
    segment.write('end', segment.length - 3);
    recorder.traffic(1, 'send', 'clear', segment);
    const [event] = recorder.events;
    if (event?.kind !== 'send') throw new Error('The first event is what was sent.');
    const kept = octetsOf(event);
    expect(kept.length).toBe(65_536);
    expect(kept.toString('latin1')).toMatch(/^begin.*end$/s);
    expect(event.omitted).toEqual({
      behind: 49_152,
      octets: 5_000_000 - 65_536,
      sha256: createHash('sha256').update(segment).digest('hex'),
    });
  });

  test('are kept less widely when a check has a million octets of them', () => {
    const recorder = createRecorder();
    for (let count = 0; count < 40; count += 1) recorder.traffic(1, 'recv', 'tls', Buffer.alloc(65_536));
    const kept = recorder.events.map((event) => (event.kind === 'recv' ? octetsOf(event).length : 0));
    expect(kept[0]).toBe(65_536);
    expect(kept.at(-1)).toBe(4_096);
    expect(kept.reduce((sum, octets) => sum + octets)).toBeLessThan(1_300_000);
  });
});
