/** How a server is visited that runs already and is not ours alone, and who answers for the visit. */
export interface Guest {
  /** Least time between the beginnings of two connections, in milliseconds; 0: none. */
  readonly paceMs: number;
  /** Who allowed what goes beyond reading; null where nobody had to. */
  readonly authority: string | null;
  /** Whom people ask who find something of the audit, in printable ASCII; null where nobody is named. */
  readonly contact: string | null;
}
