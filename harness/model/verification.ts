/** One verification as data; every text is in visible notation. */
export interface Verification {
  /** What was demanded, as a statement about the server. */
  readonly demand: string;
  readonly expected: string;
  readonly actual: string;
  readonly held: boolean;
  /** True: not holding is a violation; false: a deviation that is tolerated. */
  readonly strict: boolean;
  /** Sequence number of the `verify` event in the evidence. */
  readonly at: number;
}
