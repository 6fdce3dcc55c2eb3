import type { Tally } from './run-tests.ts';

/** A proof that was run. */
export interface ProofRow extends Omit<Tally, 'failures'> {
  readonly name: string;
  readonly seconds: number;
}

const HEAD = ['proof', 'passed', 'failed', 'left out', 'seconds'] as const;

/** What was run as a table, with the sums beneath it. */
export function linesOf(rows: readonly ProofRow[]): string[] {
  const sum = (of: (row: ProofRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const all = {
    name: 'all',
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    leftOut: sum(({ leftOut }) => leftOut),
    seconds: sum(({ seconds }) => seconds),
  };
  const cells = [...rows, all].map(({ name, passed, failed, leftOut, seconds }) => [
    name,
    ...[passed, failed, leftOut, Math.round(seconds)].map((number) => number.toLocaleString('en')),
  ]);
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  return [HEAD, ...cells].map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}
