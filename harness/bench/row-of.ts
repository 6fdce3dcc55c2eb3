import type { Measured } from './audit.ts';
import type { Row } from './table.ts';

/** A measurement as a row; what relays in this process use is not told as if mailspec used it. */
export function rowOf(what: string, measured: readonly Measured[], roundTripMs: number): Row {
  return {
    what,
    wall: measured.map(({ wall }) => wall),
    ...(roundTripMs > 0
      ? {}
      : {
          cpu: measured.map(({ cpu }) => cpu),
          peak: measured.map(({ peak }) => peak),
        }),
    connections: measured.map(({ connections }) => connections),
    longest: measured.map(({ longest }) => longest),
  };
}
