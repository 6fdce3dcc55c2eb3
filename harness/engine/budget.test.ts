import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createBudget } from './budget.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

describe('a budget', () => {
  test('is spent when its time is over, once it was started', () => {
    const spent = vi.fn();
    const budget = createBudget(100, spent);
    vi.advanceTimersByTime(500);
    budget.start();
    vi.advanceTimersByTime(99);
    expect(spent).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(spent).toHaveBeenCalledTimes(1);
  });

  test('stands still as long as somebody waits for what others hold, and goes on with what is left', async () => {
    const spent = vi.fn();
    const budget = createBudget(100, spent);
    budget.start();
    vi.advanceTimersByTime(60);
    const [one, two] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const waits = [budget.queueing(() => one.promise), budget.queueing(() => two.promise)];
    vi.advanceTimersByTime(1_000);
    one.resolve('a');
    expect(await waits[0]).toBe('a');
    vi.advanceTimersByTime(1_000);
    two.resolve('b');
    expect(await waits[1]).toBe('b');
    vi.advanceTimersByTime(39);
    expect(spent).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(spent).toHaveBeenCalledTimes(1);
  });

  test('goes on after a wait that failed', async () => {
    const spent = vi.fn();
    const budget = createBudget(100, spent);
    budget.start();
    await expect(budget.queueing(() => Promise.reject(new Error('none left')))).rejects.toThrow('none left');
    vi.advanceTimersByTime(100);
    expect(spent).toHaveBeenCalledTimes(1);
  });

  test('is never spent after its end', () => {
    const spent = vi.fn();
    const budget = createBudget(100, spent);
    budget.start();
    budget.end();
    vi.advanceTimersByTime(1_000);
    expect(spent).not.toHaveBeenCalled();
  });
});
