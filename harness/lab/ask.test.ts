import { expect, test, vi } from 'vitest';
import type { OwnDelay } from '../wire/own-delay.ts';
import { ask, askUntilEnd, LabFailed } from './ask.ts';
import { createPulse } from './pulse.ts';

const never = () => new Promise<never>(() => {});

function madeUp(): OwnDelay & { ms: number } {
  const delay = {
    ms: 0,
    total: () => delay.ms,
    watch: () => () => {},
    add(ms: number) {
      delay.ms += ms;
    },
  };
  return delay;
}

test('whoever asks the lab does not wait for it beyond the end of the check', async () => {
  const stop = new AbortController();
  const asked = ask('publish a zone', stop.signal, never);
  stop.abort();
  await expect(asked).rejects.toMatchObject({ why: 'harness' });
  let requests = 0;
  const later = ask('publish a zone', stop.signal, async () => {
    requests += 1;
  });
  await expect(later).rejects.toMatchObject({ why: 'harness' });
  expect(requests).toBe(0);
});

test('a lab that does not answer has failed, once its time less our delays is over', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const delay = madeUp();
    let failure: unknown;
    const asked = ask('name its authority', new AbortController().signal, never, 0, delay).catch(
      (thrown: unknown) => {
        failure = thrown;
      },
    );
    delay.add(20_000);
    await vi.advanceTimersByTimeAsync(25_000);
    await new Promise(setImmediate);
    expect(failure).toBeUndefined();
    await vi.advanceTimersByTimeAsync(6_000);
    await new Promise(setImmediate);
    await asked;
    expect(failure).toBeInstanceOf(LabFailed);
    expect(failure).toMatchObject({ why: 'environment' });
  } finally {
    vi.useRealTimers();
  }
});

test('what was asked for is undone at the end, also where nobody waited for the answer', async () => {
  const stop = new AbortController();
  const ends: (() => Promise<unknown>)[] = [];
  const answer = Promise.withResolvers<string>();
  const undone: string[] = [];
  const asked = askUntilEnd({
    what: 'open a receiving server',
    signal: stop.signal,
    atEnd: (end) => void ends.push(end),
    request: () => answer.promise,
    undo: async (name) => void undone.push(name),
  });
  stop.abort();
  await expect(asked).rejects.toMatchObject({ why: 'harness' });
  answer.resolve('rx-1');
  await Promise.all(ends.map((end) => end()));
  expect(undone).toEqual(['rx-1']);
});

test('a lab that answers late delays us, by what we were not late ourselves', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const delay = madeUp();
    const answers: (() => void)[] = [];
    const pulse = createPulse(() => new Promise<void>((resolve) => void answers.push(resolve)), delay);
    const unwatch = pulse.watch();
    await vi.advanceTimersByTimeAsync(500);
    expect(answers).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(100);
    answers[0]?.();
    await vi.advanceTimersByTimeAsync(500);
    expect(delay.ms).toBe(0);
    expect(answers).toHaveLength(2);
    delay.add(1_000);
    await vi.advanceTimersByTimeAsync(4_000);
    answers[1]?.();
    await vi.advanceTimersByTimeAsync(1);
    // 4000 ms late, 150 of them are in time, 1000 were ours.
    expect(delay.ms).toBeGreaterThanOrEqual(3_850);
    expect(delay.ms).toBeLessThan(3_900);
    unwatch();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(answers).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});
