import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Place } from '../check/patience.ts';
import { createLate } from './late.ts';
import { createPatience } from './patience.ts';

const never = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Markers that take as long as is said, or are lost. */
function markers(ms: number | null) {
  const sent: Place[] = [];
  const send = async (place: Place) => {
    sent.push(place);
    if (ms === null) throw new Error('lost');
    await new Promise((resolve) => setTimeout(resolve, ms));
  };
  return { sent, patience: createPatience(send) };
}

describe('patience', () => {
  test('is over when a marker that set out later has arrived and a margin has passed', async () => {
    const { sent, patience } = markers(200);
    let said: string | null | undefined;
    void patience.enough('elsewhere', never).then((line) => {
      said = line;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_200);
    expect(said).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(said).toBe('a marker that set out later came after 200 ms, and nothing more within 1000 ms');
    expect(sent).toEqual(['elsewhere']);
  });

  test('grows with the longest delivery of the run', async () => {
    const { patience } = markers(200);
    patience.learn(2_000);
    let said: string | null | undefined;
    void patience.enough('elsewhere', never).then((line) => {
      said = line;
    });
    await vi.advanceTimersByTimeAsync(12_199);
    expect(said).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(said).toContain('nothing more within 6000 ms');
  });

  test('leaves it to the clock where no marker can go', async () => {
    const { patience } = markers(null);
    const said = patience.enough('elsewhere', never);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await said).toBeNull();
  });

  test('sends no marker for who was served in time, and one for all who wait together', async () => {
    const { sent, patience } = markers(200);
    const served = new AbortController();
    const one = patience.enough('elsewhere', served.signal).catch(() => 'served');
    await vi.advanceTimersByTimeAsync(500);
    served.abort();
    expect(await one).toBe('served');
    const all = [patience.enough('elsewhere', never), patience.enough('elsewhere', never)];
    await vi.advanceTimersByTimeAsync(2_200);
    await Promise.all(all);
    expect(sent).toHaveLength(1);
  });

  test('takes no marker that set out before the wait began', async () => {
    const { sent, patience } = markers(1_500);
    const first = patience.enough('elsewhere', never);
    await vi.advanceTimersByTimeAsync(1_100);
    const second = patience.enough('elsewhere', never);
    await vi.advanceTimersByTimeAsync(20_000);
    await Promise.all([first, second]);
    expect(sent).toHaveLength(2);
  });
});

describe('what is watched on', () => {
  test('is looked at when its time is over, and closed', async () => {
    const late = createLate(never);
    let closed = 0;
    const close = async () => {
      closed += 1;
    };
    late.keep('TPOL-007', [{ until: performance.now() + 1_000, look: async () => 'a delivery' }], close);
    late.keep('TPOL-008', [{ until: performance.now() + 2_000, look: async () => null }], close);
    late.keep(
      'TPOL-009',
      [{ until: performance.now(), look: () => Promise.reject(new Error('no lab')) }],
      close,
    );
    const swept = late.sweep();
    await vi.advanceTimersByTimeAsync(1_999);
    expect(closed).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(await swept).toEqual([{ check: 'TPOL-007', line: 'a delivery' }]);
    expect(closed).toBe(3);
  });

  test('is closed at once when the run is being ended', async () => {
    const end = new AbortController();
    const late = createLate(end.signal);
    let closed = false;
    late.keep(
      'TPOL-007',
      [{ until: performance.now() + 60_000, look: async () => 'a delivery' }],
      async () => {
        closed = true;
      },
    );
    end.abort();
    expect(await late.sweep()).toEqual([]);
    expect(closed).toBe(true);
  });
});
