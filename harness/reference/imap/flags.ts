import { ImapSyntaxError } from './parser.ts';

/** Flags that every mailbox has (RFC 9051 §2.3.2). */
export const SYSTEM_FLAGS = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'] as const;

/** A flag in its usual letter case. @throws ImapSyntaxError for a system flag that does not exist or cannot be set */
export function canonicalFlag(flag: string): string {
  if (!flag.startsWith('\\')) return flag;
  const known = SYSTEM_FLAGS.find((candidate) => candidate.toLowerCase() === flag.toLowerCase());
  if (!known) throw new ImapSyntaxError('a flag that can be set');
  return known;
}
