/**
 * Looks whether the harness does one of its duties. Returns a sentence for everything it misses;
 * none when the duty is done.
 */
export type Detector = () => Promise<readonly string[]>;

/** The sentences whose statement does not hold. */
export function untrue(...statements: readonly (readonly [held: boolean, otherwise: string])[]): string[] {
  return statements.flatMap(([held, otherwise]) => (held ? [] : [otherwise]));
}
