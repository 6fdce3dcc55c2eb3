import { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createProgress } from './progress.ts';

/** What is written to a stream, a terminal or none. */
function written(isTTY: boolean) {
  const chunks: string[] = [];
  const stream: NodeJS.WriteStream = Object.create(WriteStream.prototype, {
    isTTY: { value: isTTY },
    columns: { value: 100 },
    write: { value: (chunk: string) => chunks.push(chunk) > 0 },
  });
  return { stream, last: () => stripVTControlCharacters(chunks.at(-1) ?? ''), all: () => chunks.join('') };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubEnv('CI', '');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** A run of 60 checks of which one ends every 5 seconds, 30 in all. */
function half(stream: NodeJS.WriteStream) {
  const progress = createProgress(stream);
  progress.onStarting('mail');
  progress.onPlanned('mail', 60);
  for (let index = 0; index < 30; index += 1) {
    vi.advanceTimersByTime(5_000);
    progress.onResult('mail', 'STLS-001', 'It is offered', 'pass');
  }
  return progress;
}

describe('the live line', () => {
  test('tells what has passed, and what is left once that can be told', () => {
    const { stream, last } = written(true);
    const progress = createProgress(stream);
    progress.onStarting('mail');
    vi.advanceTimersByTime(3_000);
    expect(last()).toMatch(/^mail {2}0\/0 .*starting\n2 s\n$/s);
    progress.end();
    const later = written(true);
    const halfway = half(later.stream);
    vi.advanceTimersByTime(100);
    expect(later.last()).toMatch(/^mail {2}30\/60 .*\n2:30 min, about 2 min left\n$/s);
    halfway.end();
    expect(later.last()).toMatch(/\n2:30 min\n$/);
  });

  test('is no part of an output that is no terminal', () => {
    const { stream, all } = written(false);
    half(stream).end();
    expect(all()).toContain('mail: pass           STLS-001  It is offered\n');
    expect(all()).not.toMatch(/min|left|\d s\b/);
  });
});
