import { describe, expect, test } from 'vitest';
import { createRecorder } from '../evidence/recorder.ts';
import type { Verification } from '../model/verification.ts';
import type { BodyRun } from './run-body.ts';
import { mergeRuns, transcribe } from './transcript.ts';
import { createVerify } from './verifications.ts';

/** Events and verifications as a run of a body leaves them, made by a script over the recorder. */
function runOf(
  script: (say: (text: string) => void, verify: ReturnType<typeof createVerify>) => void,
): BodyRun & { readonly verifications: readonly Verification[] } {
  const recorder = createRecorder();
  const verifications: Verification[] = [];
  script(
    (text) => void recorder.traffic(1, 'recv', 'clear', Buffer.from(text)),
    createVerify(recorder, verifications),
  );
  const missed = verifications.filter(({ held }) => !held);
  return {
    role: 'mx',
    events: recorder.events,
    labFailed: false,
    redactions: recorder.redactions,
    verifications,
    outcomes: [
      {
        name: 'mx',
        role: 'mx',
        verdict: 'fail',
        cause: null,
        reason: '',
        violations: missed.filter(({ strict }) => strict),
        deviations: missed.filter(({ strict }) => !strict),
        verified: verifications.length,
      },
    ],
  };
}

const miss = (demand: string) => ({ demand, expected: 'a', actual: 'b' });

describe('merging runs', () => {
  const first = runOf((say, verify) => {
    say('220 first\r\n');
    verify.that(false, miss('first demand'));
  });
  const second = runOf((say, verify) => {
    say('220 second\r\n');
    say('250 second\r\n');
    verify.that(true, miss('held'));
    verify.that(false, miss('second demand'));
    verify.ideally.that(false, miss('second wish'));
  });
  const merged = mergeRuns([first, second, first]);

  test('numbers the events through', () => {
    expect(merged.events.map(({ seq }) => seq)).toEqual(merged.events.map((_, index) => index + 1));
    expect(merged.events).toHaveLength(first.events.length * 2 + second.events.length);
  });

  test('keeps every verification at its own event', () => {
    const places = merged.outcomes.flatMap(({ violations, deviations }) => [...violations, ...deviations]);
    expect(places.map(({ demand }) => demand)).toEqual([
      'first demand',
      'second demand',
      'second wish',
      'first demand',
    ]);
    for (const { at, demand } of places)
      expect(merged.events[at - 1]).toMatchObject({ kind: 'verify', demand });
  });

  test('marks the lines of the transcript that did not hold, and no others', () => {
    const missed = merged.outcomes.flatMap(({ violations, deviations }) => [...violations, ...deviations]);
    const { lines } = transcribe(merged.events, missed);
    expect(lines.flatMap(({ mark, text }) => (mark ? [`${mark}: ${text}`] : []))).toEqual([
      'violation: first demand — expected a, found b',
      'violation: second demand — expected a, found b',
      'deviation: second wish — expected a, found b',
      'violation: first demand — expected a, found b',
    ]);
  });

  test('adds up what was redacted', () => {
    expect(
      mergeRuns([
        { ...first, redactions: 2 },
        { ...second, redactions: 3 },
      ]).redactions,
    ).toBe(5);
  });
});

describe('the line budget', () => {
  const lines = (count: number, missedAt: readonly number[]) => {
    const { events, verifications } = runOf((say, verify) => {
      for (let index = 0; index < count; index += 1) {
        if (missedAt.includes(index)) verify.that(false, miss(`demand ${index}`));
        else say(`line ${index}\r\n`);
      }
    });
    return transcribe(events, verifications);
  };

  test('is not felt by short dialogues', () => {
    const { lines: all, omitted } = lines(80, [40]);
    expect(all).toHaveLength(80);
    expect(omitted).toBe(0);
  });

  test('leaves out what is far from a finding, in order and with the number of lines', () => {
    const { lines: kept, omitted } = lines(300, [200]);
    expect(kept).toHaveLength(80);
    expect(omitted).toBe(220);
    expect(kept.map(({ seq }) => seq)).toEqual(kept.map(({ seq }) => seq).toSorted((a, b) => a - b));
    expect(kept.map(({ seq }) => seq)).toEqual(expect.arrayContaining([1, 193, 194, 199, 200, 201]));
    expect(kept.at(-1)).toMatchObject({ seq: 201, mark: 'violation' });
  });

  test('never drops a finding for the context of another', () => {
    const missedAt = Array.from({ length: 40 }, (_, index) => 50 + index * 20);
    const { lines: kept } = lines(1_000, missedAt);
    expect(kept).toHaveLength(80);
    expect(kept.filter(({ mark }) => mark)).toHaveLength(40);
  });

  test('holds even where there are more findings than lines', () => {
    const { lines: kept, omitted } = lines(
      200,
      Array.from({ length: 200 }, (_, index) => index),
    );
    expect(kept).toHaveLength(80);
    expect(omitted).toBe(120);
    expect(kept.every(({ mark }) => mark === 'violation')).toBe(true);
  });

  test('cuts a long line and says so by an ellipsis', () => {
    const { lines: kept } = transcribe(runOf((say) => say('x'.repeat(2_000))).events, []);
    expect(kept[0]?.text).toBe(`${'x'.repeat(500)}…`);
  });
});

test('every kind of event has its line', () => {
  const recorder = createRecorder();
  recorder.event(1, { kind: 'connect', role: 'mx', address: '127.0.0.1:25', localAddress: '127.0.0.1:5' });
  recorder.event(2, { kind: 'refused', role: 'mx', address: '127.0.0.1:25', code: 'ECONNREFUSED' });
  recorder.traffic(1, 'send', 'clear', Buffer.from('NOOP\r\n'));
  recorder.traffic(1, 'recv', 'tls', Buffer.from('250 \u001b\r'));
  recorder.event(1, { kind: 'tls', protocol: 'TLSv1.3', cipher: 'X', serverName: 'y' });
  recorder.event(1, { kind: 'tls-failed', reason: 'alert 40' });
  recorder.event(1, { kind: 'expect', what: 'a reply', withinMs: 10, ended: 'silence' });
  recorder.event(1, { kind: 'expect', what: 'a reply', withinMs: 10, ended: 'closed' });
  recorder.event(1, { kind: 'close', by: 'server', how: 'rst' });
  recorder.event(1, { kind: 'close', by: 'client', how: 'fin' });
  recorder.event(0, { kind: 'note', text: 'a note' });
  const { lines } = transcribe(recorder.events, []);
  expect(lines.map(({ who, layer, text }) => [who, layer, text])).toEqual([
    ['note', null, 'connected to mx at 127.0.0.1:25 from 127.0.0.1:5'],
    ['note', null, 'no connection to mx at 127.0.0.1:25: ECONNREFUSED'],
    ['client', 'clear', 'NOOP\\r\\n'],
    ['server', 'tls', '250 \\x1b\\r'],
    ['note', null, 'TLS established: TLSv1.3, X'],
    ['note', null, 'TLS handshake failed: alert 40'],
    ['note', null, 'waited for a reply: nothing within 10 ms'],
    ['note', null, 'waited for a reply: closed'],
    ['note', null, 'server closed the connection (rst)'],
    ['note', null, 'client closed the connection'],
    ['note', null, 'a note'],
  ]);
});

test('a note that quotes control characters reaches the transcript without them', () => {
  const recorder = createRecorder();
  recorder.event(0, { kind: 'note', text: 'variant: <user@external\t>\nand a second line' });
  const { lines } = transcribe(recorder.events, []);
  expect(lines.map(({ text }) => text)).toEqual(['variant: <user@external\\t>\\nand a second line']);
});
