/** One row of measurements; every value is that of one run. */
export interface Row {
  readonly what: string;
  /** Seconds. */
  readonly wall: readonly number[];
  /** Seconds of all processors together; empty where nobody could tell. */
  readonly cpu?: readonly number[];
  /** Peak memory in megabytes. */
  readonly peak?: readonly number[];
  readonly connections?: readonly number[];
  /** Seconds of the longest check: a run cannot be shorter. */
  readonly longest?: readonly number[];
}

const HEAD = [
  'what',
  'runs',
  'wall s',
  'CPU s',
  'peak MB',
  'connections',
  'longest check s',
  'wall / longest',
];

/** The rows as a table for people: medians. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ what, wall, cpu = [], peak = [], connections = [], longest = [] }) => [
    what,
    String(wall.length),
    shown(wall, 1),
    shown(cpu, 1),
    shown(peak, 0),
    shown(connections, 0),
    shown(longest, 1),
    longest.length === 0 ? '' : (median(wall) / median(longest)).toFixed(1),
  ]);
  const widths = HEAD.map((head, at) => Math.max(head.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  return [HEAD, ...cells].map((row) => `${line(row)}\n`).join('');
}

function shown(values: readonly number[], digits: number): string {
  return values.length === 0 ? '' : median(values).toFixed(digits);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
