/** What became of the messages of a run in the mailboxes of one account. */
export interface Cleared {
  readonly deleted: number;
  /** They are known to be the run's, and still there. */
  readonly left: number;
  /** Why, as whole sentences that may quote the server; empty where nothing is left. */
  readonly why: readonly string[];
}
