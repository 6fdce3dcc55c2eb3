/** Sentences about an archive, as they are found. */
export interface Findings {
  /** What is right. */
  readonly checked: string[];
  /** What could not be checked. */
  readonly unchecked: string[];
  /** What is wrong. */
  readonly refused: string[];
}
