import { type Clause, type ClauseFacts, clauseFacts } from '../../harness/model/clause.ts';

/** Label and address of a clause; a document that only a newer mailspec knows keeps its name. */
export function describeClause(clause: Clause): ClauseFacts {
  try {
    return clauseFacts(clause);
  } catch {
    return { label: clause, url: null };
  }
}
