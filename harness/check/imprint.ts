/** The header field by which a message says that it is of an audit, and of which. */
export const AUDIT_FIELD = 'X-Mailspec-Audit';

/**
 * What every composed message carries at a server that runs already: who sent it, why, and whom to ask. Empty for a
 * server that the run made itself.
 */
export interface Imprint {
  /** Whole header fields. */
  readonly fields: readonly string[];
  /** Lines after a body whose octets are of no account. */
  readonly lines: readonly string[];
}
