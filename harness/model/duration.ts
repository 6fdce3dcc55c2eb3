const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** A duration as people write it: `250ms`, `8s`, `15m`, `1h`. */
export type Duration = `${number}${keyof typeof UNITS}`;

/**
 * Milliseconds of a duration.
 * @throws Error when the text is not a number followed by ms, s, m or h.
 */
export function milliseconds(duration: Duration): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(duration);
  if (!parts) throw new Error(`Expected a duration such as 8s, 250ms or 15m, found "${duration}".`);
  return Number(parts[1]) * UNITS[parts[2] as keyof typeof UNITS];
}
