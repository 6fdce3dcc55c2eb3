/** What a consumer of JUnit files shows: one entry per case that it keeps. */
export interface ReadCase {
  readonly identity: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** What it shows of a case that did not pass. */
  readonly message: string;
}
