import type { GatedResult, TargetRecord } from './record.ts';

/** One bar of the chart of a run: a check or a control. Times are milliseconds since the run began. */
export interface Bar {
  /** Code of a check or name of a control. */
  readonly name: string;
  /** Null for a control. */
  readonly result: GatedResult | null;
  /** When it began to queue. */
  readonly asked: number;
  /** When it took its first step. */
  readonly start: number;
  readonly end: number;
  readonly queuedMs: number;
  readonly workedMs: number;
  readonly waitedMs: number;
  /** What it queued for longest; null where it queued for nothing. */
  readonly queuedFor: string | null;
  readonly holds: readonly string[];
}

/** How far apart the end of one and the begin of the next may lie, in milliseconds. */
const SLACK = 60;
/** What is called so is queued for by checks that share nothing but the target. */
const CONNECTIONS = 'connections';
const CONTROL = 'control ';

/** The bars of a target, by the time at which they began. Results of older versions tell no times. */
export function barsOf(target: TargetRecord, startedAt: string): readonly Bar[] {
  const zero = Date.parse(startedAt);
  const checks = target.results.flatMap((result): Bar[] => {
    const { times, check, durationMs } = result;
    if (!times) return [];
    const start = Math.max(0, Date.parse(result.startedAt) - zero);
    const longest = [...times.queues].sort((a, b) => b.ms - a.ms)[0];
    return [
      {
        name: check,
        result,
        asked: Math.max(0, start - times.queuedMs),
        start,
        end: start + durationMs,
        queuedMs: times.queuedMs,
        workedMs: times.workedMs,
        waitedMs: times.waitedMs,
        queuedFor: longest && longest.ms >= SLACK ? longest.for : null,
        holds: times.holds,
      },
    ];
  });
  if (checks.length === 0) return [];
  const controls = (target.controls ?? []).map(({ control, startedAt: at, durationMs }): Bar => {
    const start = Math.max(0, Date.parse(at) - zero);
    return {
      name: control,
      result: null,
      asked: start,
      start,
      end: start + durationMs,
      queuedMs: 0,
      workedMs: durationMs,
      waitedMs: 0,
      queuedFor: null,
      holds: [],
    };
  });
  return [...controls, ...checks].sort((a, b) => a.start - b.start || compare(a.name, b.name));
}

/** A link of the critical path: a bar, and what it waited for after the one before it. */
export interface Link {
  readonly bar: Bar;
  /** What it queued for; null where it only came after the one before. */
  readonly after: string | null;
}

/**
 * The chain of bars that made the run as long as it was, first one first: the last that ended, what held it up, and
 * so on.
 */
export function criticalPath(bars: readonly Bar[]): readonly Link[] {
  const path: Link[] = [];
  let current = latest(bars);
  while (current && path.length <= bars.length) {
    const bar: Bar = current;
    const earlier = bars.filter((one) => one.start < bar.start && one.end <= bar.start + SLACK);
    const holder = bar.queuedFor === null ? undefined : latest(earlier.filter((one) => holdsUp(one, bar)));
    path.unshift({ bar, after: holder ? bar.queuedFor : null });
    current = holder ?? latest(earlier.filter((one) => one.end <= bar.asked + SLACK));
  }
  return path;
}

/** Whether the one can have held what the other queued for, until it began. */
function holdsUp(one: Bar, other: Bar): boolean {
  if (one.end < other.asked - SLACK) return false;
  const { queuedFor } = other;
  if (queuedFor === null) return false;
  if (queuedFor.startsWith(CONTROL)) return one.result === null && queuedFor === `${CONTROL}${one.name}`;
  if (queuedFor === CONNECTIONS) return one.result !== null;
  return one.holds.some((name) => other.holds.includes(name));
}

function latest(bars: readonly Bar[]): Bar | undefined {
  return bars.reduce<Bar | undefined>((last, bar) => (last && last.end >= bar.end ? last : bar), undefined);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
