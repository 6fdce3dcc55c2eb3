import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createBudget } from './budget.ts';

/** Time, and the turn of the loop after it in which what has arrived is read. */
const FAKED = ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] as const;

beforeEach(() => void vi.useFakeTimers({ toFake: [...FAKED] }));
afterEach(() => void vi.useRealTimers());

describe('a budget', () => {
  test('is spent when its time is over, once it was started', async () => {
    const spent = vi.fn();
    const budget = createBudget(100, spent);
    await vi.advanceTimersByTimeAsync(500);
    budget.start();
    await vi.advanceTimersByTimeAsync(99);
    expect(spent).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2);
    expect(spent).toHaveBeenCalledTimes(1);
  });

  test('stands still as long as somebody waits for what others hold, and goes on with what is left', async () => {
    const spent = vi.fn();
    const budget = createBudget(100, spent);
    budget.start();
    await vi.advanceTimersByTimeAsync(60);
    const [one, two] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const waits = [budget.queueing(() => one.promise), budget.queueing(() => two.promise)];
    await vi.advanceTimersByTimeAsync(1_000);
    one.resolve('a');
    expect(await waits[0]).toBe('a');
    await vi.advanceTimersByTimeAsync(1_000);
    two.resolve('b');
    expect(await waits[1]).toBe('b');
    await vi.advanceTimersByTimeAsync(39);
    expect(spent).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2);
    expect(spent).toHaveBeenCalledTimes(1);
  });

  test('goes on after a wait that failed', async () => {
    const spent = vi.fn();
    const budget = createBudget(100, spent);
    budget.start();
    await expect(budget.queueing(() => Promise.reject(new Error('none left')))).rejects.toThrow('none left');
    await vi.advanceTimersByTimeAsync(102);
    expect(spent).toHaveBeenCalledTimes(1);
  });

  test('is never spent after its end', async () => {
    const spent = vi.fn();
    const budget = createBudget(100, spent);
    budget.start();
    budget.end();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(spent).not.toHaveBeenCalled();
  });
});
